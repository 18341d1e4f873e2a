"""Upstream's fix of bpo-31783 (3.9), as it is, on 3.6 to 3.8.  Tests only.

One plain lock that every submit and the exit handler take.  The tests for
guarantee 2 fail with it, which shows that they can.
"""
import threading
from concurrent.futures import thread

_submit = thread.ThreadPoolExecutor.submit.__code__
_exit = thread._python_exit.__code__


def _copy(code):
    def function():
        pass
    function = type(function)(code, vars(thread))
    return function


def submit(*args, **kwargs):
    with _global_shutdown_lock:         # noqa: F821
        return _upstream_submit(*args, **kwargs)        # noqa: F821


def _python_exit():
    global _shutdown                    # noqa: F824
    with _global_shutdown_lock:         # noqa: F821
        _shutdown = True                # noqa: F841
    _upstream_exit()                    # noqa: F821


thread._global_shutdown_lock = threading.Lock()
thread._upstream_submit = _copy(_submit)
thread._upstream_exit = _copy(_exit)
if _submit.co_argcount:     # 3.6 and 3.7.0: submit(self, fn, *args, **kwargs)
    def submit(self, fn, *args, **kwargs):      # noqa: F811
        with self._shutdown_lock:
            pass
        with _global_shutdown_lock:     # noqa: F821
            return _upstream_submit(self, fn, *args, **kwargs)  # noqa: F821
thread.ThreadPoolExecutor.submit.__code__ = submit.__code__
thread._python_exit.__code__ = _python_exit.__code__
