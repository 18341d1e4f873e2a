"""`concurrent.futures.thread` of 3.7.0 to 3.7.17, and of others in part.

3.6 uses this `_python_exit`, for both kinds of pools; 3.8 uses it and `submit`.

`submit` takes any keyword, "self" and "fn" included, as it does from 3.7.4 on
(bpo-36492); 3.8 warns about ``fn=``.
"""


def submit(*args, **kwargs):
    if len(args) >= 2:
        self, fn, *args = args
    elif not args:
        raise TypeError("descriptor 'submit' of 'ThreadPoolExecutor' object "
                        "needs an argument")
    elif 'fn' in kwargs:
        fn = kwargs.pop('fn')
        self, *args = args
        if _backport.FN_IS_DEPRECATED:
            import warnings
            warnings.warn("Passing 'fn' as keyword argument is deprecated",
                          DeprecationWarning, stacklevel=2)
    else:
        raise TypeError('submit expected at least 1 positional argument, '
                        'got %d' % (len(args)-1))

    with self._shutdown_lock:
        if self._broken:
            raise BrokenThreadPool(self._broken)
        if self._shutdown:
            raise RuntimeError('cannot schedule new futures after shutdown')
        if _shutdown:
            raise _backport.refusal()

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)

        self._work_queue.put(w)
        try:
            self._adjust_thread_count()
        except RuntimeError:
            # A refusal, unless no thread could be started.
            if not (_shutdown and _backport.refuses(self._work_queue)):
                raise
        # Last: if this queue has not been told yet, the exit handler's None
        # comes behind the work item.  Else only cancel() can tell whether a
        # worker has come to the item; once it is cancelled, none will.
        if (_shutdown and _backport.refuses(self._work_queue)
                and f.cancel()):
            raise _backport.refusal()
        return f


def _adjust_thread_count(self):
    # Our submit catches this.  A program's own has put its work item, and must
    # not return.
    if _shutdown and _backport.refuses(self._work_queue):
        raise RuntimeError(_backport.REFUSED)
    num_threads = len(self._threads)
    if num_threads < self._max_workers:
        # When the executor gets lost, this wakes up the worker threads.
        def weakref_cb(_, q=self._work_queue):
            q.put(None)

        thread_name = '%s_%d' % (self._thread_name_prefix or self,
                                 num_threads)
        t = threading.Thread(name=thread_name, target=_worker,
                             args=(weakref.ref(self, weakref_cb),
                                   self._work_queue,
                                   self._initializer,
                                   self._initargs))
        t.daemon = True
        _backport.start(t, self._work_queue, _threads_queues, t.start)
        self._threads.add(t)


def _python_exit():
    global _shutdown
    _backport.declare()
    _shutdown = True
    _backport.leave(_threads_queues, lambda q: q.put(None))
