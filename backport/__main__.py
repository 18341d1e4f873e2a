"""``python -m backport``: what a person at a shell wants to do."""
import argparse
import os
import sys


def parser():
    """Return the argument parser."""
    commands = argparse.ArgumentParser(
        prog='python -m backport',
        description='bpo-31783 fixed on CPython 3.6-3.8: work that a pool of '
                    'concurrent.futures accepted is never lost at exit.')
    subparsers = commands.add_subparsers(dest='command', metavar='COMMAND')
    verify = subparsers.add_parser(
        'verify', help='show that it works on this machine',
        description='Forces each loss, of thread and of process pools, in '
                    'child interpreters, with the patch off and on, and '
                    'counts. Exit status: 0 if with the patch nothing was '
                    'lost, hung or orphaned, 1 if something was, 2 if it could '
                    'not be tried.')
    verify.add_argument('--trials', type=_positive, default=5, metavar='N',
                        help='how often each is forced (default: %(default)s)')
    verify.add_argument('--json', action='store_true',
                        help='print the result as JSON')
    subparsers.add_parser(
        'enable', help='activate it at every start of this environment',
        description='From then on every interpreter of this environment '
                    'activates backport at start-up, which is proved with a '
                    'fresh one. Exit status: 0 if it is on or nothing is '
                    'needed, 1 if it cannot be, and nothing is left behind.')
    subparsers.add_parser(
        'disable', help='take back what enable did',
        description='Removes the file that enable wrote, unless somebody has '
                    'edited it. Exit status: 0 if it is gone, 1 if it cannot '
                    'be removed.')
    run = subparsers.add_parser(
        'run', help='run one program with it',
        usage='python -m backport run [option] ... [-c cmd | -m mod | file | '
              '-] [arg] ...',
        description='Runs python with these arguments, and activates backport '
                    'in it and in its child processes. Nothing is installed. '
                    'Exit status: that of the program, or 2 if an option (-I, '
                    '-E, -S) rules it out.')
    run.add_argument('arguments', nargs='*', metavar='...',
                     help='whatever may follow "python"')
    status = subparsers.add_parser(
        'status', help='tell whether this environment is protected',
        description='Looks at what a fresh interpreter of this environment '
                    'does. Exit status: 0 if it is protected or nothing is '
                    'needed, 1 if a patch is refused, 2 if it cannot be told, '
                    '3 if it is not active.')
    status.add_argument('--json', action='store_true',
                        help='print the result as JSON')
    diff = subparsers.add_parser(
        'diff', help='show the exact change to this standard library',
        description='Prints the stock functions of this interpreter and what '
                    'replaces them, as a unified diff. Exit status: 0, or 1 if '
                    'the source file is not there or not known.')
    diff = diff.add_mutually_exclusive_group()
    diff.add_argument('--stock', dest='which', action='store_const',
                      const='stock', help='print the stock functions only')
    diff.add_argument('--source', dest='which', action='store_const',
                      const='source', help='print the functions that replace '
                                           'them only')
    return commands


def main(argv=None):
    """Run the command of *argv*; return its exit status."""
    argv = sys.argv[1:] if argv is None else argv
    commands = parser()
    if argv[:1] == ['run'] and argv[1:] not in (['-h'], ['--help']):
        # argparse would take options in front as its own (bpo-17050).
        from .commands import _run
        return _run.main(argv[1:])
    arguments = commands.parse_args(argv)
    if arguments.command == 'verify':
        from . import _verify
        return _verify.main(arguments.trials, arguments.json)
    if arguments.command in ('enable', 'disable'):
        from .commands import _enable
        return _enable.main(arguments.command)
    if arguments.command == 'status':
        from . import _status
        return _status.main(arguments.json)
    if arguments.command == 'diff':
        from . import _diff
        return _diff.main(arguments.which)
    commands.print_help()
    return 2


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError('%s is not a positive number' % text)
    return number


if __name__ == '__main__':
    try:
        status = main()
        if sys.stdout is not None:
            sys.stdout.flush()
        sys.exit(status)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # "| head": the interpreter must not try to flush it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
