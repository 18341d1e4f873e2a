"""Accepted work is never lost at exit: bpo-31783 fixed on CPython 3.6-3.8.

Importing this package is all it takes.  `concurrent.futures.thread` and
`concurrent.futures.process` are patched if they have been loaded, else straight
after the program loads them; the import itself loads neither them nor anything
else a bare interpreter has not.
On any other interpreter nothing is done, and `status` says so.

``BACKPORT_DISABLE=1`` in the environment leaves everything untouched.
"""
import os

# Modules of this package are imported later, when the program may have changed
# its working directory and sys.path was relative.
__path__ = [os.path.abspath(path) for path in __path__]
if not os.path.isdir(os.path.join(__path__[0], 'patches')):
    # A checkout: patches/ is beside this folder and not in it.
    __path__.append(os.path.dirname(__path__[0]))

try:
    from ._finder import find_spec, in_use
    # If a start, or a copy of this package with another name, is active
    # already, that does the work.
    _working = (in_use() or find_spec).api()
except ImportError as exc:
    # With this name, "python -m backport" is a line and not a traceback.
    raise ImportError('the package in %s is not complete, install it again: %s'
                      % (os.path.dirname(__file__), exc), name=__name__)

__all__ = ['activate', 'deactivate', 'require', 'status']
__version__ = '1.0.0'

activate, deactivate = _working.activate, _working.deactivate
require, status = _working.require, _working.status
activate()
