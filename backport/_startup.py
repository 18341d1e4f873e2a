"""Imports this package straight after the program has loaded what it patches.

Executed, not imported, by the lines of _stub.py, in a namespace that has the
package's folder under the name ``backport``.

A finder is called under the one global import lock.  Whoever imports there can
wait for a thread that waits for that lock; so nothing is imported here before
the module has run its code.  Until then its loader is watched, by the code of
_hook.py in a namespace of its own, in which ``loaded`` imports the package.
"""
import sys
from _frozen_importlib import _load_unlocked, _ModuleLockManager
from _frozen_importlib_external import (SourceFileLoader,
                                        spec_from_file_location)

folder = backport   # noqa: F821: see above


def find_spec(name='', path=None, target=None):
    """Return the spec of a module to patch, watched, or None.

    Without a *name*, imports the package now.
    """
    if not name:
        loaded()
    elif 'backport' not in sys.modules:
        return finder.find_spec(name, path, target)


def loaded(name=None, module=None):
    """Import the package, which finds the modules that are there to patch."""
    try:
        # By path: by its name the program's own "backport.py" might be found.
        with _ModuleLockManager('backport'):
            if 'backport' not in sys.modules:
                _load_unlocked(spec_from_file_location(
                    'backport', folder + '/__init__.py',
                    submodule_search_locations=[folder]))
    except Exception:
        pass    # somebody else's import goes on


hook = {'__name__': 'backport._hook'}
exec(SourceFileLoader('backport._hook', folder + '/_hook.py').get_code(
    'backport._hook'), hook)
hook['loaded'] = loaded
finder = hook['Finder']()
