"""The patch is switched off, on and off again."""
import state    # which imports variant first

import sys
import threading

from gates import tell


def disabled(order):
    finders = list(sys.meta_path)
    thread = state.load(order)
    tell(finders == sys.meta_path)
    tell(hasattr(thread, '_global_shutdown_lock'))


def off_and_on_again():
    from concurrent.futures import thread   # noqa: F401
    stock = state.codes()
    import backport
    ours = state.codes()
    for _ in range(3):
        tell(backport.deactivate()[0].state)
        assert state.same(state.codes(), stock)
        backport.activate()
        backport.activate()
        assert state.same(state.codes(), ours)


def never_forgotten():
    """What was done to a module is kept in it, also by another copy."""
    import backport
    from concurrent.futures import thread
    applied = thread._backport.applied
    for _ in range(3):
        backport.deactivate()
        assert thread._backport.applied is applied
        assert thread._python_exit.__code__ is applied.stock[0]
        backport.activate()
        assert thread._backport.applied is applied
        assert thread._python_exit.__code__ is applied.ours[0]
    for name in list(sys.modules):
        if name.startswith('backport'):
            del sys.modules[name]
    import backport
    assert thread._backport.applied is applied
    tell(backport.status()[0].state)
    tell(backport.deactivate()[0].state)
    assert thread._python_exit.__code__ is applied.stock[0]
    from concurrent.futures import process  # noqa: F401
    tell(backport.status()[1].state)


def deactivated_before_it_was_loaded():
    import backport
    backport.deactivate()
    from concurrent.futures import thread
    assert backport.status()[0].state == 'disabled'
    assert '_backport' not in vars(thread)


def deactivated_while_it_is_being_applied():
    """By another thread, when the first one has decided to apply it."""
    import backport
    from backport import _installer
    apply = _installer.apply

    def gated(*args):
        t = threading.Thread(target=backport.deactivate)
        t.start()
        t.join()
        return apply(*args)

    _installer.apply = gated
    from concurrent.futures import thread   # noqa: F401


state.main(globals())
