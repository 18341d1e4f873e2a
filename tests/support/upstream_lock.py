"""Upstream's fix of bpo-31783, on 3.6 to 3.8.  Tests only.

The code of the commit, 242c26f53e: one plain lock that every submit and the
exit handler take.  The tests that the patch does no harm fail with it, which
shows that they can.

Released 3.9.x has ``os.register_at_fork`` hooks besides (3.6 cannot): a fork
takes the lock.  There it waits for other threads' submits, where here its child
has a lock that nobody releases; and a fork inside submit hangs.
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
