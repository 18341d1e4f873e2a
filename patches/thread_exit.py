"""The exit handler of `concurrent.futures.thread`, the same in all releases."""


def _python_exit():
    global _shutdown
    _backport.declare()
    _shutdown = True
    try:
        # Afterwards every submit is refused, and every worker that will ever
        # run is in _threads_queues and has started.
        _backport.wait(_threads_queues)
    finally:
        # Whatever ended the wait, Ctrl-C for one.
        items = _backport.started(_threads_queues)
        for t, q in items:
            q.put(None)
        _backport.join(items)
