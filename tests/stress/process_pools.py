"""A daemon thread loops over one-worker process pools while main exits.

    python process_pools.py INTERPRETER... [--runs N] [--codes stock,patched]

Unforced: main ends at a random moment.  The package is installed for each
interpreter.  Of each program that hangs or leaves a process behind it is told
where each of its processes is (faulthandler), which tells the races of
docs/upstream.md from workers that were forked while another thread held a lock.

    completed   ended, whatever was accepted ran, no submit was refused
    refused     the same, and a submit was refused
    lost        ended, a submit had returned whose work did not run
    hung        did not end in TIMEOUT seconds
    orphans     of those that ended: left processes behind

Exit status 1: patched, any was lost, hung or orphaned; or stock had none.
"""
import argparse
import collections
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

COLUMNS = 'completed', 'refused', 'lost', 'hung', 'orphans', 'status'
BAD = COLUMNS[2:]
TIMEOUT = 10    # seconds; a program takes about one

CHILD = r'''
import faulthandler, os, random, signal, sys, threading, time
variant, state, log = sys.argv[1:]
stacks = open(log + '.stacks', 'ab', 0)
faulthandler.register(signal.SIGUSR1, file=stacks, all_threads=True)
fd = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
import backport
from concurrent.futures import ProcessPoolExecutor
assert backport.status()[1].state == state, backport.status()

def work():
    os.write(fd, b'c')

def submit(executor):
    try:
        future = executor.submit(work)
    except RuntimeError:
        os.write(fd, b'r')
        raise
    os.write(fd, b'a')
    future.result()

def with_():
    while True:
        with ProcessPoolExecutor(1) as executor:
            submit(executor)

def without():
    while True:
        submit(ProcessPoolExecutor(1))

def loop():
    sys.stderr = open(os.devnull, 'w')
    globals()[variant]()

threading.Thread(target=loop, name='loop', daemon=True).start()
time.sleep(random.uniform(0.02, 0.25))
'''


def members(session):
    """Return the ids of the processes of a session, zombies left out."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % pid) as file:
                fields = file.read().rpartition(')')[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in 'ZX':
            found.append(int(pid))
    return sorted(found)


def size(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def where(log, pids, parent):
    """Return [(who, stacks)] of the processes."""
    told = []
    for pid in pids:
        before = size(log)
        try:
            os.kill(pid, signal.SIGUSR1)
        except ProcessLookupError:
            continue    # ended, now that the one before it is gone
        time.sleep(.5)
        with open(log) as file:
            file.seek(before)
            told.append(('parent' if pid == parent else 'worker', file.read()))
    return told


def summary(told):
    """Return one line: for each process and thread its innermost frames."""
    parts = []
    for who, stacks in told:
        for thread in re.split(r'\n\n+', stacks.strip()):
            frames = re.findall(r'File "[^"]*?([^/"]+)", line (\d+) in (\S+)',
                                thread)
            outer = next((f for f in reversed(frames)
                          if f[2] not in ('_bootstrap', '_bootstrap_inner',
                                          'run', '<module>')), ())
            inner = [f for f in frames if f[0] not in (
                'threading.py', 'selectors.py')][:2]
            parts.append('%s[%s]: %s' % (
                who, outer[2] if outer else 'main',
                ' < '.join('%s:%s %s' % f for f in inner)
                or 'threading.py:%s %s' % frames[0][1:] if frames else '?'))
    return '; '.join(sorted(parts))


def run(python, variant, code, folder, index):
    """Run a program; return what became of it, and where it was at the end."""
    log = os.path.join(folder, str(index))
    stock = code == 'stock'
    child = subprocess.Popen(
        [python, '-c', CHILD, variant, 'disabled' if stock else 'applied', log],
        env=dict(os.environ, BACKPORT_DISABLE='1' if stock else ''),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True)
    hung = None
    orphans = False
    try:
        child.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        hung = summary(where(log + '.stacks', members(child.pid), child.pid))
    else:
        deadline = time.time() + 3
        while members(child.pid) and time.time() < deadline:
            time.sleep(.02)
        orphans = bool(members(child.pid))
        if orphans:
            hung = 'orphan: ' + summary(
                where(log + '.stacks', members(child.pid), child.pid))
    for pid in members(child.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    child.wait()
    with open(log, 'rb') as file:
        events = collections.Counter(file.read().decode())
    kind = ('hung' if hung and not orphans else
            'lost' if events['a'] > events['c'] else
            'refused' if events['r'] else 'completed')
    return kind, orphans, hung, child.returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--runs', type=int, default=200)
    parser.add_argument('--variants', default='with_,without')
    parser.add_argument('--codes', default='stock,patched')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('pythons', nargs='+')
    options = parser.parse_args()
    print(('%-8s %-8s %-8s' + ' %9s' * 6) % (
        ('version', 'loop', 'code') + COLUMNS), flush=True)
    bad = collections.Counter()
    for python in options.pythons:
        version = subprocess.check_output(
            [python, '-c', 'import platform; print(platform.python_version())'],
            universal_newlines=True).strip()
        for variant in options.variants.split(','):
            for code in options.codes.split(','):
                counts, places = cell(python, variant, code, options)
                bad[code] += sum(counts[column] for column in BAD)
                print(('%-8s %-8s %-8s' + ' %9d' * 6) % (
                    (version, variant.strip('_'), code)
                    + tuple(counts[column] for column in COLUMNS)), flush=True)
                for place, count in places.most_common():
                    print('    %d x %s' % (count, place), flush=True)
    if 'stock' in options.codes and not bad['stock']:
        print('FAILED: stock did nothing wrong, so this shows nothing')
    return bad['patched'] > 0 or 'stock' in options.codes and not bad['stock']


def cell(python, variant, code, options):
    """Return two Counters: of what became of the programs, and of places."""
    counts, places = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda i: run(python, variant, code, folder, i),
                           range(options.runs))
        for done, (kind, orphans, place, status) in enumerate(results, 1):
            counts[kind] += 1
            counts['orphans'] += orphans
            counts['status'] += status != 0 and kind != 'hung'
            if place:
                places[place] += 1
            if sys.stderr.isatty():
                print('\r\033[K%d of %d' % (done, options.runs), end='\r',
                      file=sys.stderr, flush=True)
    return counts, places


if __name__ == '__main__':
    sys.exit(main())
