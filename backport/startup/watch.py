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
    """Return the finder of the package, which is asked from now on."""
    from _frozen_importlib_external import SourceFileLoader
    finder = type(sys)('backport._finder')
    finder.__file__ = package + '/_finder.py'
    # Not imported: this runs under the import lock, where an import could wait
    # for a thread that waits for this one.
    exec(SourceFileLoader(finder.__name__, finder.__file__).get_code(
        finder.__name__), vars(finder))
    finder = sys.modules.setdefault(finder.__name__, finder)
    # Behind those that have come since.  ddtrace's changes submit as soon as
    # the loader that it is given has run the module; ours must be inside that.
    place = find_spec in sys.meta_path and sys.meta_path.index(find_spec)
    sys.meta_path.insert(place, finder)
    return finder


def find_spec(name, path=None, target=None):
    """Leave these two modules to that finder; find no others."""
    if (name in ('concurrent.futures.thread', 'concurrent.futures.process')
            and 'backport._finder' not in sys.modules):
        try:
            return load().find_spec(name, path, target)
        except Exception:
            pass    # the package has been uninstalled


find_spec.find_spec = find_spec
find_spec.watches_for_backport = True
sys.meta_path.insert(0, find_spec)
if 'BACKPORT_REPORT' in os.environ or 'concurrent.futures' in sys.modules:
    try:
        load().load("_api").activate()
    except Exception:
        pass    # the package has been uninstalled
