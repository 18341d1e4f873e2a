"""The order in which a client imports, instruments and patches.

Its arguments are the steps.  ``futures`` and ``backport`` import what they say,
and the other steps are the client's own.
"""
import importlib
import sys

MODULES = {'futures': 'concurrent.futures.thread', 'backport': 'backport'}


def follow(**steps):
    """Take the steps named on the command line."""
    for word in sys.argv[1:]:
        if word in steps:
            steps[word]()
        else:
            importlib.import_module(MODULES[word])
