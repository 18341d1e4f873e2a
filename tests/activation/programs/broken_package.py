"""Uses thread pools where the package is broken, or is not installed."""
import state    # which imports variant first

import os
import sys


def of_a_checkout(entry):
    """The package is found by *entry* of sys.path."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, entry)
    state.activate('on')
    os.chdir('/')
    from concurrent.futures import thread
    for code in state.codes():
        print(code.co_filename)
    print(thread.ThreadPoolExecutor(1).submit(int).result())


def imported(order):
    thread = state.load(order)
    import backport
    backport.deactivate()
    backport.activate()
    print(thread.ThreadPoolExecutor(1).submit(int).result())
    assert not hasattr(thread, '_global_shutdown_lock')


state.main(globals())
