"""Tells whether this environment is protected."""
import json
import os
import platform
import sys

import backport

from . import _enable, _environment
from ._environment import Failure

# Reasons of `backport.status()` that mean that files of the package are missing
# or cannot be read.
FAILED = 'the installer failed', 'the import hook failed'

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def status():
    """Return a dict with the keys of --json.

    If it is not known what a fresh interpreter does, "error" says why, and
    there is nothing in "auto_activation" and "patches".
    """
    result = {'backport': backport.__version__, 'package': PACKAGE,
              'python': platform.python_version(),
              'implementation': platform.python_implementation(),
              'auto_activation': None, 'patches': []}
    activation = {'active': False, 'method': None, 'path': None,
                  'in_this_process': None, 'unreadable': None}
    try:
        answer = _environment.fresh()
        if answer['problem'] is not None:
            _environment.package(answer)    # raises
        for record in answer['records']:
            if record['reason'].startswith(FAILED):
                raise Failure(record['reason'])
    except Failure as exc:
        return dict(result, error=str(exc))
    if answer['active']:
        method, path = _enable.origin(answer)
        activation = {
            'active': True, 'method': method, 'path': path,
            'in_this_process': _was_active_here(),
            'unreadable': _environment.unreadable(
                answer['package'], *filter(None, [path]))}
    return dict(result, auto_activation=activation, patches=answer['records'])


def _was_active_here():
    """Return whether backport was active before this process ran a command."""
    # In the order in which they were imported; runpy is what -m imports first.
    modules = [name for name in sys.modules if name in ('backport', 'runpy')]
    return modules != ['runpy', 'backport'] or any(
        hasattr(finder, 'watches_for_backport') for finder in sys.meta_path)


def verdict(result):
    """Return the exit status, and what to do or None, for a `status`.

    0: protected, or nothing is needed; 1: a patch is refused, or not supported
    here; 2: it is not known; 3: it is not active, or not everywhere.
    """
    if 'error' in result:
        return 2, None
    activation = result['auto_activation']
    states = {record['state'] for record in result['patches']}
    if states & {'refused', 'not-supported'}:
        return 1, None
    if states == {'not-needed'}:
        return 0, None
    if 'disabled' in states:
        return 3, 'Unset BACKPORT_DISABLE to see what happens without it.'
    if not activation['active']:
        return 3, ('To activate it: "python -m backport enable" for this '
                   'environment, "python -m\nbackport run ..." for one '
                   'program, or "import backport" at the top of it.')
    if activation['unreadable']:
        return 3, ('Not everybody who can run this interpreter can read '
                   'backport: see the\nmode of ' + activation['unreadable'])
    if not activation['in_this_process']:
        return 3, ('It is active in a fresh interpreter, but not in this '
                   'process. An option (-S, -I,\n-s), or a launcher with a '
                   'sitecustomize of its own, can be the reason.')
    return 0, None


def main(as_json=False):
    """Print it; return the exit status."""
    result = status()
    code, advice = verdict(result)
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        print('\n'.join(_lines(result)))
        if advice:
            print('\n' + advice)
    if 'error' in result:
        print('backport status: ' + result['error'], file=sys.stderr)
    return code


def _lines(result):
    yield '%s %s, %s' % (result['implementation'], result['python'],
                         sys.executable)
    yield 'backport %s, %s' % (result['backport'], result['package'])
    activation = result['auto_activation']
    if activation:
        yield '\nauto-activation  ' + ', '.join(filter(None, [
            'on' if activation['active'] else 'off', activation['method'],
            activation['path']]))
    for record in result['patches']:
        yield 'patch %(name)-9s  %(state)s: %(reason)s' % record
        if record['source']:
            yield ' ' * 17 + record['source']
