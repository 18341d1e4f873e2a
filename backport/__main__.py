"""``python -m backport``: the commands that a person runs at a shell."""
import argparse
import importlib
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))

#: The first sentence stands in the list of commands.
COMMANDS = {
    'verify':
        'Show that it works on this machine. Each loss, of thread pools and of '
        'process pools, is forced in child interpreters, with the patch off '
        'and on. The exit status is 0 if with the patch nothing was lost, hung '
        'or orphaned, 1 if something was, and 2 if not everything could be '
        'tried.',
    'enable':
        'Activate backport at every start of this environment. A .pth file is '
        'written into its site-packages, and a fresh interpreter proves that '
        'backport is active. The exit status is 0 if it is, or if nothing is '
        'needed, and 1 if it cannot be; then everything is as it was.',
    'disable':
        'Remove what enable has written. A file that somebody has edited stays '
        'as it is. The exit status is 0 if nothing is left of it, and 1 '
        'otherwise.',
    'run':
        'Run one program with backport active. Python is run with the '
        'arguments, and backport is active in it and in its child processes. '
        'Nothing is installed. The exit status is that of the program, or 2 if '
        'an option (-I, -E, -S) or a ._pth file makes it impossible.',
    'status':
        'Tell whether this environment is protected. This process is looked '
        'at, and a fresh interpreter. The exit status is 0 if both are '
        'protected or nothing is needed, 1 if a patch is refused, 2 if it is '
        'not known, and 3 if backport is not active in both, or not for every '
        'user.',
    'diff':
        'Show the exact change to this standard library. The replaced code of '
        'the modules of this interpreter is printed as a unified diff. The '
        'exit status is 0, or 1 if a patch cannot be applied or a source file '
        'is missing.',
}


def parser():
    """Return the argument parser."""
    import backport
    parser = argparse.ArgumentParser(
        prog='python -m backport',
        description='Fixes bpo-31783 on CPython 3.6, 3.7 and 3.8: work that a '
                    'pool of concurrent.futures accepted is never lost at '
                    'exit.')
    parser.add_argument('--version', action='version',
                        version='backport ' + backport.__version__)
    subparsers = parser.add_subparsers(dest='command', metavar='COMMAND')
    commands = {name: subparsers.add_parser(name, description=text,
                                            help=text.partition('.')[0])
                for name, text in COMMANDS.items()}
    commands['verify'].add_argument(
        '--trials', type=int, default=5, metavar='N',
        help='how often each loss is forced (default: %(default)s)')
    commands['enable'].add_argument(
        '--sitecustomize', action='store_const', const='sitecustomize',
        default='pth', dest='method',
        help='write a sitecustomize.py in place of the .pth file; it costs a '
             'start less, and any other sitecustomize can hide it')
    for name in 'verify', 'status':
        commands[name].add_argument('--json', action='store_true',
                                    dest='as_json',
                                    help='print the result as JSON')
    commands['run'].usage = ('python -m backport run [option] ... [-c cmd | '
                             '-m mod | file | -] [arg] ...')
    commands['run'].add_argument('arguments', nargs='*', metavar='...',
                                 help='whatever may follow "python"')
    return parser


def main(argv=None):
    """Run the command of *argv*; return its exit status."""
    argv = (sys.argv[1:] if argv is None else argv) or ['--help']
    # argparse would take options of the program as its own (bpo-17050).
    arguments = {'command': argv[0], 'arguments': argv[1:]}
    try:
        if argv[0] != 'run' or argv[1:] in (['-h'], ['--help']):
            arguments = vars(parser().parse_args(argv))
        if arguments.get('trials', 1) < 1:
            parser().error('argument --trials: it must be 1 or more')
        name = arguments['command']
        # Two have a module in common, which is told; the others are not.
        if name == 'disable':
            name = 'enable'
        elif name != 'enable':
            del arguments['command']
        module = importlib.import_module('backport.commands._' + name)
    except OSError:
        raise   # a full disk, or a file that cannot be read: see _main
    except Exception as exc:
        print('backport: the package in %s is not complete, install it again: '
              '%s' % (FOLDER, exc), file=sys.stderr)
        return 2
    return module.main(**arguments)


def _main():
    """Return the exit status; if the output cannot be written, say so."""
    try:
        try:
            if sys.stdout is not None and (os.name == 'nt'
                                           or sys.stdout.errors == 'strict'):
                # What a sitecustomize has printed comes first.
                sys.stdout.flush()
                # A path may have characters that the encoding has not.
                sys.stdout = open(sys.stdout.fileno(), 'w', closefd=False,
                                  encoding=sys.stdout.encoding,
                                  errors='backslashreplace')
            return main()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except OSError as exc:
        if sys.stdout is not None:
            # The interpreter must not try to flush it again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # "| head".  On Windows it is an EINVAL (bpo-19612), as many errors are.
        if not isinstance(exc, BrokenPipeError):
            print('backport: %s' % exc, file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(_main())
