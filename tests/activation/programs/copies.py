"""Two copies of the package are in one process, by different names."""
import variant

import sys

import state
from gates import tell


def two(first):
    if first == 'vendored':
        import app._vendor.backport as vendored
        import backport
    else:
        import backport
        import app._vendor.backport as vendored
    assert backport.__file__ != vendored.__file__
    from concurrent.futures import thread, process  # noqa: F401
    tell(state.live())
    tell(len([finder for finder in sys.meta_path
              if hasattr(finder, 'is_of_backport')]))
    for one, other in (backport, vendored), (vendored, backport):
        one.require()
        other.require()
        one.deactivate()
        tell(other.status()[0].state)
        tell(state.live())
        other.activate()
        tell(one.status()[0].state)
        tell(state.live())


def alone():
    import app._vendor.backport as vendored
    from concurrent.futures import thread, process  # noqa: F401
    tell(state.live())
    tell(vendored.status()[0].state)
    tell('backport' in sys.modules)


variant.main(globals())
