"""``python -m backport``: what a person at a shell wants to do."""
import argparse
import sys


def parser():
    """Return the argument parser."""
    commands = argparse.ArgumentParser(
        prog='python -m backport',
        description='bpo-31783 fixed on CPython 3.6-3.8: work that a thread '
                    'pool accepted is never lost at exit.')
    subparsers = commands.add_subparsers(dest='command', metavar='COMMAND')
    verify = subparsers.add_parser(
        'verify', help='show that it works on this machine',
        description='Forces both losses of the bug in child interpreters, with '
                    'the patch off and on, and counts. Exit status: 0 if '
                    'nothing was lost with the patch, 1 if something was, 2 if '
                    'it could not be tried.')
    verify.add_argument('--trials', type=_positive, default=5, metavar='N',
                        help='how often each is forced (default: %(default)s)')
    verify.add_argument('--json', action='store_true',
                        help='print the result as JSON')
    return commands


def main(argv=None):
    """Run the command of *argv*; return its exit status."""
    commands = parser()
    arguments = commands.parse_args(argv)
    if arguments.command is None:
        commands.print_help()
        return 2
    from . import _verify
    return _verify.main(arguments.trials, arguments.json)


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError('%s is not a positive number' % text)
    return number


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
