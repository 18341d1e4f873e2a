import gc
import sys

from . import operations, trial


def main(name):
    gc.set_threshold(trial.NEVER)
    types, operation = dict(
        operations.ONE_STEP, **operations.NOT_ONE_STEP)[name]
    found = [type.__name__ + ', ' + fault
             for type in types for fault in trial.faults(type, operation)]
    print('\n'.join(found + ['%d faults' % len(found)]))
    return bool(found)


sys.exit(main(*sys.argv[1:]))
