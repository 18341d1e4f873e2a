"""Tells whether this environment is protected."""
import json
import os
import platform
import sys

import backport

from . import _enable, _environment
from ._environment import Problem

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
                raise Problem(record['reason'])
    except Problem as exc:
        return dict(result, error=str(exc))
    for record in answer['records']:
        if record['state'] == 'applied' and not answer['active']:
            record['state'] = 'pending'
            record['reason'] = ('it can be applied (%s), but nothing activates '
                                'it' % record['reason'])
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


def exit_status(result):
    """Return 0 if protected or nothing is needed, 1 if a patch is refused, 2 if
    it is not known, 3 if it is not active, or not everywhere.
    """
    if 'error' in result:
        return 2
    states = {record['state'] for record in result['patches']}
    activation = result['auto_activation']
    if 'refused' in states:
        return 1
    if states == {'not-needed'} or (
            'disabled' not in states and activation['in_this_process']
            and activation['unreadable'] is None):
        return 0
    return 3


def main(as_json=False):
    """Print it; return the exit status."""
    result = status()
    code = exit_status(result)
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        print('%s %s, %s' % (result['implementation'], result['python'],
                             sys.executable))
        print('backport %s, %s' % (result['backport'], result['package']))
        if 'error' not in result:
            print('\n'.join(_lines(result, code)))
    if 'error' in result:
        print('backport status: ' + result['error'], file=sys.stderr)
    return code


def _lines(result, code):
    activation = result['auto_activation']
    yield ''
    yield 'auto-activation  ' + ', '.join(filter(None, [
        'on' if activation['active'] else 'off', activation['method'],
        activation['path']]))
    for record in result['patches']:
        yield 'patch %(name)-9s  %(state)s: %(reason)s' % record
        if record['source']:
            yield ' ' * 17 + record['source']
    if code != 3:
        return
    yield ''
    if os.environ.get('BACKPORT_DISABLE'):
        yield 'BACKPORT_DISABLE is set: unset it to see what happens without.'
    elif not activation['active']:
        yield ('To activate it: "python -m backport enable" for this '
               'environment, "python -m\nbackport run ..." for one program, or '
               '"import backport" at the top of it.')
    elif activation['unreadable']:
        yield ('Not everybody who can run this interpreter can read it: see '
               'the mode of\n' + activation['unreadable'])
    else:
        yield ('This process was started without it: an option (-S, -I, -s), '
               'or a launcher that\nputs a sitecustomize in front, keeps it '
               'out. A fresh interpreter has it.')
