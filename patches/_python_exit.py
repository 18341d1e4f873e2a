"""The exit handler of `concurrent.futures.thread`, the same on 3.7 and 3.8."""


def _python_exit():
    # Sets _shutdown.  From here on every submit is refused, and every worker
    # there will ever be is in _threads_queues.
    _backport_shutdown_lock.declare()
    items = _backport_shutdown_lock.items_of(_threads_queues)
    for t, q in items:
        q.put(None)
    for t, q in items:
        t.join()
