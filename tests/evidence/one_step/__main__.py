import gc
import sys

from . import operations, trial


def main(name):
    gc.set_threshold(trial.NEVER)
    names = dict(operations.ONE_STEP, **operations.NOT_ONE_STEP)
    if name not in names:
        from . import core      # It needs the package.
        names = core.CORE
    types, operation = names[name]
    found = [type.__name__ + ', ' + fault
             for type in types for fault in trial.faults(type, operation)]
    print('\n'.join(found + ['%d faults' % len(found)]))
    return bool(found)


sys.exit(main(*sys.argv[1:]))
