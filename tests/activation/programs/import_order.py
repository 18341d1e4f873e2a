"""thread.py is loaded after, before or while backport is imported.

Each case gets a switch, for `state.activate`.
"""
import state    # which imports variant first

import importlib
import sys
import threading

from gates import PATIENCE, tell, until


def backport_first(switch):
    state.load('backport first', switch)


def thread_first(switch):
    state.load('thread first', switch)


def by_an_attribute(switch):
    state.activate(switch)
    import concurrent.futures
    concurrent.futures.ThreadPoolExecutor


def in_another_thread(switch):
    state.activate(switch)
    importer = threading.Thread(target=importlib.import_module,
                                args=(state.THREAD,))
    importer.start()
    importer.join()


def half_imported_in_another_thread(switch):
    # thread.py imports queue.
    while_another_thread_loads('queue', switch)


def found_by_another_thread(switch):
    while_another_thread_loads(state.THREAD, switch)


def while_another_thread_loads(name, switch):
    """Activate while another thread imports thread.py and loads *name*.

    That thread is past the finders: backport waits for its import, as an
    import statement does.
    """
    def held_up():
        inside.set()
        until(lambda: state.waits(threading.main_thread()) or done.is_set())

    forget()
    inside, done = threading.Event(), threading.Event()
    state.Gate(name, held_up)
    importer = threading.Thread(target=importlib.import_module,
                                args=(state.THREAD,))
    importer.start()
    inside.wait(PATIENCE)
    assert (state.THREAD in sys.modules) == (name != state.THREAD)
    assert not hasattr(sys.modules.get(state.THREAD), '_shutdown')
    state.activate(switch)
    done.set()
    importer.join()


def forget():
    """Have thread.py and queue not loaded.

    On 3.6 concurrent.futures loads both.
    """
    importlib.import_module('concurrent.futures')
    for name in 'queue', state.THREAD:
        sys.modules.pop(name, None)


def half_imported_by_this_thread():
    def inside():
        assert not hasattr(sys.modules[state.THREAD], '_shutdown')
        state.activate('on')
        tell_reason()

    def tell_reason():
        tell(sys.modules['backport'].status()[0].reason)

    forget()
    state.Gate('queue', inside)
    importlib.import_module(state.THREAD)
    tell(state.live())
    tell_reason()
    sys.modules['backport'].activate()


def reloaded():
    from concurrent.futures import thread
    before = thread.ThreadPoolExecutor
    importlib.reload(thread)
    assert sys.modules[state.THREAD].ThreadPoolExecutor is not before


def imported_afresh():
    from concurrent.futures import thread
    before = thread.ThreadPoolExecutor
    del sys.modules[state.THREAD]
    importlib.import_module(state.THREAD)
    assert sys.modules[state.THREAD].ThreadPoolExecutor is not before


def loaded_past_the_hook():
    import backport
    sys.meta_path.insert(0, state.PathFinder)
    importlib.import_module(state.THREAD)
    tell(state.live())
    tell(backport.status()[0].state)
    backport.activate()


def not_loaded():
    pass


state.main(globals())
