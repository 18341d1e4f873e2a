"""`concurrent.futures.thread` of 3.7.4 to 3.7.16.

From 3.7.4 on, `submit` takes any keyword, "self" and "fn" included (bpo-36492).
"""
from ._python_exit import _python_exit


def submit(*args, **kwargs):
    if len(args) >= 2:
        self, fn, *args = args
    elif not args:
        raise TypeError("descriptor 'submit' of 'ThreadPoolExecutor' object "
                        "needs an argument")
    elif 'fn' in kwargs:
        fn = kwargs.pop('fn')
        self, *args = args
    else:
        raise TypeError('submit expected at least 1 positional argument, '
                        'got %d' % (len(args)-1))

    with self._shutdown_lock:
        if self._broken:
            raise BrokenThreadPool(self._broken)
        # Before the executor's own flag, which workers set at exit as well.
        if _shutdown:
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
    if _shutdown and not _backport_shutdown_lock.announced():
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
                                       self._work_queue,
                                       self._initializer,
                                       self._initargs))
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
