"""Runs one program with the fix on: nothing is installed for it."""
import os
import subprocess
import sys

from . import _environment

#: Options of the interpreter that take an argument.
WITH_ARGUMENT = 'cmWX'

FROM_ENVIRONMENT = {'-B': 'PYTHONDONTWRITEBYTECODE', '-O': 'PYTHONOPTIMIZE',
                    '-d': 'PYTHONDEBUG', '-s': 'PYTHONNOUSERSITE',
                    '-v': 'PYTHONVERBOSE'}


def main(arguments):
    """Run the interpreter with *arguments* in place of this process.

    Returns the exit status only if that cannot be done, and on Windows.
    """
    needed = _environment.not_needed() is None
    problem = _problem(arguments, needed)
    if problem is not None:
        print('backport run: ' + problem, file=sys.stderr)
        return 2
    if needed:
        here = os.path.dirname(os.path.abspath(__file__))
        folder = os.path.join(here, '_on_path')
        # An empty entry would mean the working directory.
        path = os.environ.get('PYTHONPATH', '').split(os.pathsep)
        if path == [''] or path[0] == folder:
            path = path[1:]
        os.environ['PYTHONPATH'] = os.pathsep.join([folder] + path)
    _undo_coercion()
    command = [sys.executable] + _own_flags() + arguments
    if os.name == 'nt':
        return subprocess.call(command)     # exec would not wait there
    os.execv(sys.executable, command)


def _own_flags():
    """Return the options that this interpreter was started with.

    Without those that the environment gave it: the program will have them from
    there, and an option given twice can mean more (-O).
    """
    flags = subprocess._args_from_interpreter_flags()
    warnings = os.environ.get('PYTHONWARNINGS', '').split(',')
    for option in FROM_ENVIRONMENT:
        if os.environ.get(FROM_ENVIRONMENT[option]):
            flags = [flag for flag in flags if not flag.startswith(option)]
    return [flag for flag in flags
            if not (flag.startswith('-W') and flag[2:] in warnings)]


def _problem(arguments, needed):
    """Return why *arguments* cannot be run, or None.

    With the fix on, if it is *needed*.
    """
    folder = os.path.dirname(os.path.abspath(__file__))
    if not sys.executable:
        return 'this interpreter does not know its own path (sys.executable)'
    if not needed:
        return None
    if not os.path.isdir(folder) or os.pathsep in folder:
        return ('it needs its own folder on PYTHONPATH, and %s cannot be put '
                'there: install it unzipped, with no %r in the path'
                % (folder, os.pathsep))
    given = set(_options(arguments))
    if sys.flags.isolated:
        given.add('I')
    if sys.flags.ignore_environment:
        given.add('E')
    if sys.flags.no_site:
        given.add('S')
    for option in 'IES':
        if option in given:
            return ('with -%s interpreters leave PYTHONPATH or site out, by '
                    'which this works; use "enable"%s, or put "import '
                    'backport" into the program' % (
                        option, '' if option != 'S' else ' without -S'))
    return None


def _options(arguments):
    """Yield the interpreter's options in *arguments*, up to the program."""
    arguments = iter(arguments)
    for argument in arguments:
        if not argument.startswith('-') or argument in ('-', '--'):
            return
        if argument.startswith('--'):
            if argument == '--check-hash-based-pycs':
                next(arguments, None)
            continue
        for i, option in enumerate(argument[1:], 2):
            yield option
            if option in 'cm':
                return
            if option in WITH_ARGUMENT:
                if not argument[i:]:
                    next(arguments, None)
                break


def _undo_coercion():
    """Give the program the C locale if that is what we were started in.

    3.7 and 3.8 then change LC_CTYPE for their children, who would not go into
    UTF-8 mode any more (PEP 538 and 540).
    """
    if (getattr(sys.flags, 'utf8_mode', 0) and 'utf8' not in sys._xoptions
            and not os.environ.get('PYTHONUTF8')
            and not os.environ.get('LC_ALL')
            and os.environ.get('LC_CTYPE') in ('C.UTF-8', 'C.utf8', 'UTF-8')):
        os.environ['LC_CTYPE'] = 'C'
