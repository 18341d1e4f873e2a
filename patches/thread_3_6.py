"""`concurrent.futures.thread` of 3.6.0 to 3.6.15.

The releases differ in thread names and in a reference cycle, not in the
functions replaced here.
"""
from . import thread_3_7

_python_exit = thread_3_7._python_exit


def submit(self, fn, *args, **kwargs):
    with self._shutdown_lock:
        if self._shutdown:
            raise RuntimeError('cannot schedule new futures after shutdown')
        # 3.7 refuses once exit is declared (bpo-33097).  Here a pool takes work
        # until exit has told it or closed: jobs that exit waits for use pools.
        if _shutdown and _backport.refuses(self._work_queue):
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
                                   self._work_queue))
        t.daemon = True
        _backport.start(t, self._work_queue, _threads_queues, t.start)
        self._threads.add(t)
