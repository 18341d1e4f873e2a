"""Runs one program with the patch: nothing is installed for it."""
import os
import signal
import subprocess
import sys

from . import _enable, _environment


def main(arguments):
    """Run the interpreter with *arguments* in place of this process.

    It is started as ``python`` with these arguments would be: the options of
    this interpreter are not passed on.  Returns the exit status if that cannot
    be done.
    """
    needed = _environment.not_needed() is None
    problem = _problem(arguments) if needed else None
    if not sys.executable:
        problem = 'this interpreter does not know its own path (sys.executable)'
    if problem is not None:
        print('backport run: ' + problem, file=sys.stderr)
        return 2
    if needed:
        path = os.environ.get('PYTHONPATH', '').split(os.pathsep)
        if path == [''] or path[0] == _enable.ON_PATH:
            path = path[1:]     # an empty entry is the working directory
        os.environ['PYTHONPATH'] = os.pathsep.join([_enable.ON_PATH] + path)
    command = [sys.executable] + arguments
    if os.name != 'nt':
        os.execv(sys.executable, command)
    # There exec would not wait.  As after exec, Ctrl-C is for the program, and
    # this process does and says nothing more at its exit.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = subprocess.call(command)
    os._exit((status ^ 1 << 31) - (1 << 31))    # with its sign, as C has it


def _problem(arguments):
    """Return why it would not be on in a program with *arguments*, or None."""
    if (not os.path.isdir(os.path.join(_enable.PACKAGE, 'patches'))
            or os.pathsep in _enable.PACKAGE):
        return ('%s is in a zip file or a checkout, or has a %r in its path: '
                'install it unzipped, and run this in another folder'
                % (_enable.PACKAGE, os.pathsep))
    if sys.flags.isolated:
        return ('this interpreter is isolated, by -I or by a ._pth file beside '
                'it, and does not read PYTHONPATH; use "enable", or put '
                '"import backport" into the program')
    for option in _options(arguments):
        if option in 'IES':
            return ('it needs PYTHONPATH and the site module, and -%s turns '
                    'one of them off; use "enable"%s, or put "import '
                    'backport" into the program' % (
                        option, ' without -S' if option == 'S' else ''))
    return None


def _options(arguments):
    """Yield the interpreter's options in *arguments*, up to the program."""
    arguments = iter(arguments)
    for argument in arguments:
        if not argument.startswith('-') or argument in ('-', '--'):
            return
        if argument == '--check-hash-based-pycs':
            next(arguments, None)
        if argument.startswith('--'):
            continue
        for i, option in enumerate(argument[1:], 2):
            yield option
            if option in 'cm':
                return
            if option in 'WX':
                if not argument[i:]:
                    next(arguments, None)
                break
