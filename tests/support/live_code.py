"""Prints the code of each function of the pools, a line for each.

    python live_code.py stock|patched [deactivated]
"""
import variant  # noqa: F401
import concurrent.futures.process as process
import concurrent.futures.thread as thread
import sys

if sys.argv[2:] == ['deactivated']:
    sys.modules['backport'].deactivate()


def plain(code):
    """Return what does not depend on where the source stands."""
    return repr((code.co_code, code.co_names, code.co_varnames, [
        plain(const) if hasattr(const, 'co_code')
        # This is the name of a function inside of a method.
        else repr(const).rpartition('.<locals>.')[2]
        for const in code.co_consts]))


for module in thread, process:
    for owner in module, getattr(module, 'ThreadPoolExecutor',
                                 getattr(module, 'ProcessPoolExecutor', 0)):
        for name, function in sorted(vars(owner).items()):
            if hasattr(function, '__code__') and '_backport' not in name:
                print(module.__name__, name, plain(function.__code__))
