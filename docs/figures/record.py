"""Records what draw.py draws.

    python record.py INTERPRETER...

Each interpreter has the package installed.  Writes lifelines.json beside this
file: the losses that `verify` forces.  For each version, loss and patch ("off"
or "on") how it ended, and, for the version that is drawn, what child.py wrote
down, in seconds since the late submit was called, with "main" or "worker" and a
number for each process and thread.
"""
import collections
import datetime
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time

from recorded import HERE, VERSION

LIFELINES = os.path.join(HERE, 'lifelines.json')
PATIENCE = 10   # seconds after which a child counts as hung
ORPHANED = 2    # seconds that worker processes have to end after it

#: Prints the version of an interpreter, and the losses that its package forces.
ASK = '''
import json, platform
from backport.commands._scenarios import LOSSES
print(json.dumps([platform.python_version(), list(LOSSES)]))
'''


def record(python, loss, switch):
    """Run it once; return a dict: what was seen, and how it ended."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'events')
        open(path, 'w').close()
        env = dict(os.environ, BACKPORT_DISABLE='', BACKPORT_REPORT='')
        with open(os.path.join(folder, 'out'), 'w+') as out:
            child = subprocess.Popen(
                [python, os.path.join(HERE, 'child.py'), path, loss, switch],
                env=env, stdin=subprocess.DEVNULL, stdout=out,
                start_new_session=True)
            try:
                status = child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                status = None
            end = time.monotonic()
            orphans = status is not None and has_members(child.pid)
            if status is None or orphans:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            out.seek(0)
            words = out.read().split()
        with open(path) as file:
            events = [json.loads(line) for line in file]
    # What was before: the pool's first submit, in the main thread.
    start = max(time for time, _, _, word, name in events
                if (word, name) == ('call', 'submit'))
    numbers = collections.defaultdict(dict)
    told = []
    for when, process, thread, word, name in sorted(events):
        who = 'main' if process == child.pid else 'worker'
        number = numbers[who].setdefault((process, thread),
                                         len(numbers[who]) + 1)
        told.append([round(when - start, 6), who, number, word, name])
    return {'events': told, 'words': words, 'status': status,
            'end': round(end - start, 6), 'orphans': orphans}


def has_members(group):
    """Return whether processes of that group outlive the child for long."""
    deadline = time.monotonic() + ORPHANED
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    return True


def main(pythons):
    runs = {}
    for python in pythons:
        version, losses = json.loads(subprocess.check_output(
            [python, '-c', ASK], universal_newlines=True))
        for loss in losses:
            for switch in 'off', 'on':
                print('%s, %s, patch %s' % (version, loss, switch),
                      file=sys.stderr, flush=True)
                run = record(python, loss, switch)
                if not version.startswith(VERSION):
                    del run['events']
                runs.setdefault(version, {}).setdefault(loss, {})[switch] = run
    text = json.dumps({
        'date': datetime.date.today().isoformat(),
        'platform': '%s, %s' % (platform.system(), platform.machine()),
        'runs': runs}, indent=1)
    with open(LIFELINES, 'w') as file:      # an event a line
        file.write(re.sub(r'\[[^][{}]+\]',
                          lambda match: ' '.join(match[0].split()), text)
                   + '\n')


if __name__ == '__main__':
    main(sys.argv[1:])
