"""`concurrent.futures.thread` of 3.6.0 to 3.6.15.

The releases differ in thread names and in a reference cycle, not in the
functions replaced here.
"""


def submit(self, fn, *args, **kwargs):
    with self._shutdown_lock:
        # New on 3.6 (bpo-33097, in 3.7): without it no late work is refused.
        if _shutdown and _backport_shutdown_lock.declared():
            raise _backport_shutdown_lock.refusal()
        if self._shutdown:
            raise RuntimeError('cannot schedule new futures after shutdown')

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)

        start_workers = self._adjust_thread_count
        try:    # getattr() with a default costs 800 instructions more
            patched = (start_workers.__func__
                       is _backport_start_workers)
        except AttributeError:
            patched = False
        if not patched:
            start_workers = _backport_shutdown_lock.guarded(start_workers)

        self._work_queue.put(w)
        try:
            start_workers()
        except RuntimeError as exc:
            if _backport_shutdown_lock.refuses(f, exc):
                raise
        return f


def _adjust_thread_count(self):
    # After put() and before anything else.  Not yet declared means that the
    # exit handler's None comes behind the work item in the queue.
    if (_shutdown and _backport_shutdown_lock.declared()
            and not _backport_shutdown_lock.announced()):
        raise _backport_shutdown_lock.refusal()
    num_threads = len(self._threads)
    if num_threads < self._max_workers:
        # When the executor gets lost, this wakes up the worker threads.
        def weakref_cb(_, q=self._work_queue):
            q.put(None)

        thread_name = '%s_%d' % (self._thread_name_prefix or self,
                                 num_threads)
        patience = 1
        try:
            _backport_shutdown_lock.starting()
            t = threading.Thread(name=thread_name, target=_worker,
                                 args=(weakref.ref(self, weakref_cb),
                                       self._work_queue))
            t.daemon = True
            try:
                t.start()
            except Exception:
                patience = 0    # no thread could be started
                raise
            finally:
                # Ctrl-C in start() may leave a worker that runs all the same,
                # now or in a moment; else this has been set by now.
                if t._started.wait(patience):
                    self._threads.add(t)
                    _threads_queues[t] = self._work_queue
        finally:
            _backport_shutdown_lock.started()


def _python_exit():
    # Sets _shutdown.  From here on every submit is refused, and every worker
    # there will ever be is in _threads_queues.
    _backport_shutdown_lock.declare()
    items = _backport_shutdown_lock.items_of(_threads_queues)
    for t, q in items:
        # In a forked child the parent's workers are dead, and a queue may have
        # been forked with its mutex held: put() would block for ever.
        mutex = getattr(q, 'mutex', None)
        if (mutex is not None and isinstance(t, threading.Thread)
                and not t.is_alive()):
            if not mutex.acquire(timeout=0.1):
                continue
            mutex.release()
        q.put(None)
    for t, q in items:
        t.join()
