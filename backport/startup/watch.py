# The .pth file that "python -m backport enable" writes executes this at each
# start, and so does startup/run/site.py under "python -m backport run".
#
# It has the pools of concurrent.futures patched as soon as a program has
# imported them, so that no accepted work is lost at exit (bpo-31783).  A start
# pays for these lines only: all the rest is read when there is a pool, from
# the folder below.
import os
import sys

package = __file__[:-len('/startup/watch.py')]


def load():
    """Return the module `_finder`, under a name that no program has."""
    if not hasattr(find_spec, 'finder'):
        from _frozen_importlib_external import SourceFileLoader
        name, path = '_backport_bpo31783._finder', package + '/_finder.py'
        finder = sys.modules.setdefault(name, type(sys)(name))
        finder.__package__, finder.__file__ = '_backport_bpo31783', path
        # Not imported: this runs under the import lock, where an import could
        # wait for a thread that waits for this one.
        exec(SourceFileLoader(name, path).get_code(name), vars(finder))
        find_spec.finder = finder   # a test may put sys.modules back
    return find_spec.finder


def find_spec(name, path=None, target=None):
    """Leave the modules with the pools to that finder; find no others."""
    # asyncio alone loads _base, and needs no more of the package.
    if (name.startswith('concurrent.futures.')
            and name != 'concurrent.futures._base'):
        try:
            finder = load()
        except Exception:
            return None     # the package has been uninstalled
        return finder.find_spec(name, path, target)


# A function: a test may deepcopy(sys.meta_path), which cannot copy a module.
find_spec.find_spec = find_spec
find_spec.watches_for_backport = find_spec.is_of_backport = True
find_spec.api = lambda: load().api()
sys.meta_path.insert(0, find_spec)
if 'BACKPORT_REPORT' in os.environ or 'concurrent.futures' in sys.modules:
    try:
        find_spec.api().activate()
    except Exception:
        pass    # the package has been uninstalled
