"""Says whether a fresh interpreter of this environment is protected."""
import importlib
import json
import os
import platform
import sys

from . import _hook
from .commands import _enable, _environment
from .commands._environment import Problem

FIELDS = 'name', 'state', 'reason', 'source', 'sha256', 'releases'


def status():
    """Return what is to be printed, with the keys of --json, as a dict.

    If a fresh interpreter cannot be started, "error" says why, and there is
    nothing in "auto_activation" and "patches".
    """
    result = {'python': platform.python_version(),
              'implementation': platform.python_implementation()}
    try:
        activation, records = _seen()
    except Problem as exc:
        return dict(result, auto_activation=None, patches=[], error=str(exc))
    return dict(result, auto_activation=activation, patches=records)


def _seen():
    """Return (what activates a fresh interpreter, its records)."""
    activation = {'active': False, 'method': None, 'path': None}
    if _environment.not_needed() is not None:
        records = _own_records()
    else:
        answer = _environment.fresh()
        records = answer['records'] or _own_records()
        if answer['active']:
            activation['active'] = True
            activation['method'], activation['path'] = _method(answer)
        else:
            for record in records:
                if record['state'] == 'applied':
                    record['state'] = 'pending'
                    record['reason'] = ('it can be applied (%s), but nothing '
                                        'activates it' % record['reason'])
    return activation, records


def _own_records():
    # Where the package comes from a checkout, or nothing is needed.
    if _environment.not_needed() is None:
        for module in _hook.PATCHES.values():
            importlib.import_module(module)
    return [{field: getattr(record, field) for field in FIELDS}
            for record in _hook.status()]


def _method(answer):
    """Return (method, path) of what made the fresh interpreter active."""
    return _enable.origin(answer)


def exit_status(result):
    """Return 0 if protected or nothing is needed, 1 if refused, 3 if off.

    And 2 if it could not be told.
    """
    if 'error' in result:
        return 2
    states = {record['state'] for record in result['patches']}
    if 'refused' in states:
        return 1
    if states == {'not-needed'}:
        return 0
    if not result['auto_activation']['active'] or 'disabled' in states:
        return 3
    return 0


def main(as_json=False):
    """Print it; return the exit status."""
    result = status()
    code = exit_status(result)
    if as_json:
        print(json.dumps(result, indent=2))
    if 'error' in result:
        print('backport status: ' + result['error'], file=sys.stderr)
    elif not as_json:
        print('\n'.join(_lines(result, code)))
    return code


def _lines(result, code):
    yield '%s %s, %s' % (result['implementation'], result['python'],
                         sys.executable)
    yield ''
    activation = result['auto_activation']
    rows = [('auto-activation', 'off')]
    if activation['active']:
        rows = [('auto-activation', ', '.join(filter(None, [
            'on', activation['method'], activation['path']])))]
    for record in result['patches']:
        rows.append(('patch ' + record['name'], '%s: %s' % (
            record['state'], record['reason'])))
        if record['source']:
            rows.append(('', record['source']))
    width = max(len(title) for title, _ in rows)
    for title, text in rows:
        yield '%s  %s' % (title.ljust(width), text)
    if os.environ.get('BACKPORT_DISABLE') and code == 3:
        yield ''
        yield ('BACKPORT_DISABLE is set: unset it to see what happens without.')
    elif code == 3:
        yield ''
        yield ('To switch it on: "python -m backport enable" for this '
               'environment, "python')
        yield ('-m backport run ..." for one program, or "import backport" at '
               'the top of it.')
