"""`python -m backport run` puts this folder in front of PYTHONPATH."""
import os
import sys
from _frozen_importlib_external import SourceFileLoader

folder = os.path.dirname(__file__)
# The variable stays, for child processes.
while folder in sys.path:
    sys.path.remove(folder)
try:
    stub = SourceFileLoader('backport._stub', folder[:-9] + '/_stub.py')
    exec(stub.get_code('backport._stub'), {
        '__name__': 'run', '__file__': stub.path})
except Exception:
    pass    # uninstalled while the program runs

# On to the one that this one hides.  If there is none, or if it raises, `site`
# is told what it would be told without us.
del sys.modules['sitecustomize']
import sitecustomize  # noqa: E402, F401
