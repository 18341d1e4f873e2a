"""Every client and each of its child processes loads this at its start.

run.py sets two environment variables.  CLIENTS_IMPORT is the module to import
here.  CLIENTS_STATES is a file; each process appends the state of the patch to
it at exit.
"""
import atexit
import os
import sys


def record():
    backport = sys.modules.get('backport')
    state = backport.status()[0].state if backport else 'not imported'
    with open(os.environ['CLIENTS_STATES'], 'a') as states:
        states.write(state + '\n')


# What is registered first runs last.
atexit.register(record)
if os.environ['CLIENTS_IMPORT']:
    __import__(os.environ['CLIENTS_IMPORT'])
