"""`concurrent.futures.thread` of 3.6.0 to 3.6.15.

The releases differ in thread names and in a reference cycle, not in the
functions replaced here.
"""
from . import thread_3_7

_python_exit = thread_3_7._python_exit


def submit(self, fn, *args, **kwargs):
    with self._shutdown_lock:
        # New on 3.6 (bpo-33097, in 3.7): without it no late work is refused.
        if _shutdown and _backport.declared():
            raise _backport.refusal()
        if self._shutdown:
            raise RuntimeError('cannot schedule new futures after shutdown')

        f = _base.Future()
        w = _WorkItem(f, fn, args, kwargs)

        start_workers = self._adjust_thread_count
        try:    # getattr() with a default costs 800 instructions more
            patched = start_workers.__func__ is _backport_start_workers
        except AttributeError:
            patched = False

        self._work_queue.put(w)
        try:
            if patched:
                start_workers()
            else:
                _backport.guard(start_workers)
        except RuntimeError:
            # A refusal, unless no thread could be started.
            if not (_shutdown and _backport.declared()):
                raise
        # Last: not yet declared means that the exit handler's None comes behind
        # the work item.  Else only cancel() can tell whether a worker has come
        # to the item; once it is cancelled, none will.
        if _shutdown and _backport.declared() and f.cancel():
            raise _backport.refusal()
        return f


def _adjust_thread_count(self):
    # For a submit that is not ours, and has put its work item: in a full pool,
    # no other look follows.  (Only our submit counts refusals.)
    if _shutdown and _backport.refuses():
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
                                   self._work_queue))
        t.daemon = True
        try:
            # Entered first, looked second.  The exit handler does it the other
            # way round, so one of the two sees the other.
            _threads_queues[t] = self._work_queue
            if _shutdown and _backport.refuses():
                raise RuntimeError(_backport.REFUSED)
            t.start()
        finally:
            # Also if it returned: a test may have replaced start().
            _backport.forget(t, _threads_queues)
        self._threads.add(t)
