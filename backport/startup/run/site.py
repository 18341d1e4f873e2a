"""``python -m backport run`` puts this folder in front of PYTHONPATH.

So interpreters import this in place of `site`.  It activates the patch, before
anything that has to come after it (ddtrace), and gives way to the real one,
which does all that it does at a start.  A sitecustomize in this folder would be
hidden by that of a launcher such as opentelemetry-instrument, and would have to
go on to the one that it hides.

Child processes have the variable, too, so this must run on any Python.
"""
import os
import sys

folder = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != folder]
if (3, 6) <= sys.version_info < (3, 9):
    try:
        from _frozen_importlib_external import SourceFileLoader
        watch = SourceFileLoader('run', os.path.dirname(folder) + '/watch.py')
        exec(watch.get_code('run'), {'__name__': 'run', '__file__': watch.path})
    except Exception:
        pass    # uninstalled while the program runs
# A name for it, as Python 2 would clear the module that it is executing.
this = sys.modules.pop('site')
import site     # noqa: E402, F401
