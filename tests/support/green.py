"""For programs under gevent or eventlet."""


def monkey_patch(library):
    if library == 'gevent':
        from gevent import monkey
        monkey.patch_all()
    else:
        import eventlet
        eventlet.monkey_patch()
