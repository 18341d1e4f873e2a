"""Loaded at the start of every client and its children; run.py sets both names.

CLIENTS_IMPORT is the module to activate, CLIENTS_STATES the file to which each
process adds, as it exits, what the patch's state was.
"""
import atexit
import os
import sys


def record():
    backport = sys.modules.get('backport')
    state = backport.status()[0].state if backport else 'not imported'
    with open(os.environ['CLIENTS_STATES'], 'a') as states:
        states.write(state + '\n')


# The first that is registered is the last that runs.
atexit.register(record)
if os.environ['CLIENTS_IMPORT']:
    __import__(os.environ['CLIENTS_IMPORT'])
