"""The first import of every program that a test runs.

    python program.py stock|patched|upstream [CASE [ARGUMENT ...]]

It makes the pools of this process what the test asks for: as the interpreter
has them, patched, or with upstream's plain lock, which shows that a test
catches what it is for.
"""
import sys

if sys.argv[1] == 'patched':
    import backport     # noqa: F401
elif sys.argv[1] == 'upstream':
    import upstream_lock    # noqa: F401
elif sys.argv[1] != 'stock':
    sys.exit('no such variant: ' + sys.argv[1])

ARGUMENTS = sys.argv[2:]


def main(program):
    """Call the function of *program*, its globals, that CASE names.

    It gets the arguments as strings.  What it returns is kept until the process
    ends, because a pool that is freed tells its workers to leave.
    """
    # A spawned worker process imports the program once more.
    if program['__name__'] == '__main__':
        program['kept'] = program[ARGUMENTS[0]](*ARGUMENTS[1:])
