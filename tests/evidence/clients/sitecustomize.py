"""Every client and each of its child processes loads this at its start.

run.py sets two environment variables.  CLIENTS_IMPORT is the module to import
here.  CLIENTS_STATES is a file; each process appends the state of the patch to
it at exit, and "enabled" if the environment is.  It is while another run.py is
at `launched` in the same environment.
"""
import atexit
import os
import sys


def write(state):
    with open(os.environ['CLIENTS_STATES'], 'a') as states:
        states.write(state + '\n')


def record():
    backport = sys.modules.get('backport')
    write(backport.status()[0].state if backport else 'not imported')


if any(hasattr(finder, 'is_of_backport') for finder in sys.meta_path):
    write('enabled')
# What is registered first runs last.
atexit.register(record)
if os.environ['CLIENTS_IMPORT']:
    __import__(os.environ['CLIENTS_IMPORT'])
