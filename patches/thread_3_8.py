"""`concurrent.futures.thread` of 3.8.0 to 3.8.20.

It starts no worker while one is idle (bpo-24882).
"""
from . import thread_3_7

submit, _python_exit = thread_3_7.submit, thread_3_7._python_exit


def _adjust_thread_count(self):
    # Our submit catches this.  A program's own has put its work item, and must
    # not return.
    if _shutdown and _backport.refuses(self._work_queue):
        raise RuntimeError(_backport.REFUSED)
    # if idle threads are available, don't spin new threads
    if self._idle_semaphore.acquire(timeout=0):
        return
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
