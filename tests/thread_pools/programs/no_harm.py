"""Programs that work, or end, on stock and that a patch could break."""
import variant

import threading
import time

from concurrent.futures import ThreadPoolExecutor
from gates import PATIENCE, tell


def synchronous_executors():
    """They do the work where a worker would be started, and for ever."""
    class Synchronous(ThreadPoolExecutor):
        def _adjust_thread_count(self):
            self._work_queue.get().run()

    def work():
        inside.wait(PATIENCE)
        while True:
            time.sleep(0.1)

    inside = threading.Barrier(3)
    for n in range(2):
        threading.Thread(target=Synchronous().submit, args=(work,),
                         daemon=True).start()
    inside.wait(PATIENCE)


def subinterpreter():
    import _testcapi
    ThreadPoolExecutor(1).submit(tell, 'main')
    status = _testcapi.run_in_subinterp('''if True:
        import backport, os
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            pool.submit(os.write, 1, b'sub ').result()
        assert backport.status()[0].state == 'applied', backport.status()
        ''')
    assert status == 0
    ThreadPoolExecutor(1).submit(tell, 'main')


variant.main(globals())
