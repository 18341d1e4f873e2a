"""Upstream's fix of bpo-31783 (3.9), as it is, on 3.6 to 3.8.  Tests only.

One plain lock that every submit and the exit handler take.  The tests for
guarantee 2 fail with it, which shows that they can.
"""
import inspect
import textwrap
import threading
from concurrent.futures import thread


def _with_upstreams_lock(function, old, new):
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1
    scope = {}
    exec(source.replace(old, new), scope)
    function.__code__ = scope[function.__name__].__code__


thread._global_shutdown_lock = threading.Lock()
_with_upstreams_lock(thread.ThreadPoolExecutor.submit,
                     'with self._shutdown_lock:',
                     'with self._shutdown_lock, _global_shutdown_lock:')
_with_upstreams_lock(thread._python_exit, '    _shutdown = True',
                     '    with _global_shutdown_lock:\n'
                     '        _shutdown = True')
