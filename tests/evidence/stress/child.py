"""Runs one program to its end, and says what became of it.

The program writes to standard output what becomes of its work items, a line for
each event: ``accepted ID`` after submit has returned, ``refused ID`` after it
has raised, ``began ID`` and ``completed ID`` as the first and the last thing in
the work.  ``status N`` has the wait status of a child that it has forked.
"""
import collections
import os
import re
import signal
import subprocess
import tempfile
import time

GRACE = 5       # seconds that children of a program may outlive it

#: What can be wrong with a program.  If it crashed or hung, nothing else
#: counts, because nobody knows what it would still have done.
PROBLEMS = ('crashed', 'hung', 'lost', 'refused but ran', 'orphans', 'status',
            'stderr')
#: What is counted.  "lost" and "refused but ran" are numbers of work items;
#: "lost in" and the other problems are numbers of programs.
COLUMNS = ('programs', 'accepted', 'completed', 'refused', 'crashed', 'hung',
           'lost', 'lost in', 'refused but ran', 'orphans', 'status', 'stderr')

# Exit joins a worker while a daemon thread, which shuts a pool down, does.  An
# assertion of `threading` can fail in the latter then, in stock code as well.
TWO_JOINS = re.compile(
    r'Exception in thread .*\n'
    r'Traceback .*\n'
    r'(?:  .*\n)*  .* in shutdown\n(?:  .*\n)*'
    r'    assert not lock\.locked\(\)\n'
    r'AssertionError\n')


def run(command, environ, timeout):
    """Run a Python program; *command* is an interpreter and its arguments.

    Returns a Counter with `COLUMNS`, and what the program wrote to standard
    error, with the stacks of all threads of each process that crashed, that
    hung (did not end in *timeout* seconds) or that was left behind.
    """
    # This prints the stacks if it dies of a signal.
    command = [command[0], '-X', 'faulthandler'] + command[1:]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        # In a session of its own it is found what it leaves behind.
        process = subprocess.Popen(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=out,
            stderr=err, start_new_session=True)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        status = process.returncode
        if status is not None:
            wait_until(lambda: not session(process.pid), GRACE)
        left = session(process.pid)
        counts = count(read(out), status, left, read(err))
        if left:
            ask_for_stacks(left, err)
            # These are all of them, and what they have forked meanwhile.
            kill(-process.pid, signal.SIGKILL)
        process.wait()
        told = condensed(read(err))
        if counts['lost']:
            told += '\nlost: ' + ' '.join(sorted(lost(events(read(out)))))
        return counts, told


def events(out):
    """Return word -> set of what the program has written after it."""
    told = collections.defaultdict(set)
    for line in out.splitlines():
        word, _, what = line.partition(' ')
        told[word].add(what)
    return told


def lost(told):
    """Return the ids of work that was accepted, or begun, and not done."""
    return (told['accepted'] | told['began']) - told['completed']


def count(out, status, left, err):
    """Return the Counter of a program that has ended, or hung (None)."""
    told = events(out)
    missing = lost(told)
    statuses = [int(child) for child in told['status']]
    crashed = bool((status or 0) < 0 or 'Fatal Python error' in err
                   or any(map(os.WIFSIGNALED, statuses)))
    ended = not crashed and status is not None
    return collections.Counter({
        'programs': 1,
        'accepted': len(told['accepted']),
        'completed': len(told['completed']),
        'refused': len(told['refused']),
        'crashed': crashed,
        'hung': status is None and not crashed,
        'lost': ended and len(missing),
        'lost in': ended and bool(missing),
        'refused but ran': len(told['began'] & told['refused']),
        'orphans': ended and bool(left),
        'status': ended and (status != 0 or any(statuses)),
        'stderr': ended and bool(TWO_JOINS.sub('', err).strip()),
    })


def problems_of(counts):
    return [name for name in PROBLEMS if counts[name]]


def condensed(err):
    """Return *err* with each of its stacks once."""
    parts = collections.Counter(
        re.sub('^Thread 0x[0-9a-f]+', 'Thread', part)
        for part in err.strip().split('\n\n'))
    return '\n\n'.join(part if number == 1 else '%d x %s' % (number, part)
                       for part, number in parts.items())


def ask_for_stacks(pids, err):
    """Make processes write their stacks to *err* and end."""
    for pid in pids:
        # None must run when another one has ended already.
        kill(pid, signal.SIGSTOP)
    for pid in pids:
        os.write(err.fileno(), b'\nprocess %d:\n' % pid)
        kill(pid, signal.SIGABRT)
        kill(pid, signal.SIGCONT)
        wait_until(lambda: not is_running(pid), 2)


def kill(pid, signum):
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        pass


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def read(file):
    # seek() would change the position at which a child writes.
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), size, 0).decode(errors='replace')


def session(leader):
    """Return the ids of the processes of a session that have not ended."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return []       # This is the usual case.  The rest takes longer.
    return [int(name) for name in os.listdir('/proc')
            if name.isdigit() and is_running(name, leader)]


def is_running(pid, leader=None):
    """Return whether a process has not ended, and is in that session."""
    try:
        with open('/proc/%s/stat' % pid) as file:
            fields = file.read().rpartition(')')[2].split()
    except OSError:
        return False
    return fields[0] not in 'ZX' and leader in (None, int(fields[3]))
