"""Runs random programs (program.py), stock beside patched, for a given time.

    python run.py INTERPRETER... [--seconds S] [--seed N] [--variants V,...]
                                 [--judge V] [--processes]

Each interpreter has the package installed.  Each variant runs the programs of
the seeds N, N + 1, ... for S seconds, all variants at the same time; up to
EXTENSION times as long if stock code has not lost anything by then.  Exit
status 1: patched, a program lost work, ran work that it saw refused, ended with
another status than 0, hung, left processes behind or wrote to standard error;
or stock lost nothing, so that the run shows nothing.  --judge has another
variant judged so, to see that it fails.

The stacks of programs that hang, and of what they leave behind, are printed.
What is in EXCUSED is tried again RERUNS times on stock code; only if it happens
there as well it is not held against the patch.
"""
import argparse
import collections
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, 'program.py')
VARIANTS = 'stock', 'patched', 'upstream'
TIMEOUT = 20        # seconds; a program takes less than one
GRACE = 5           # seconds that what a program has forked may outlive it
RERUNS = 5
EXTENSION = 3

#: What is counted, and what must be 0 patched.
COLUMNS = ('programs', 'accepted', 'completed', 'refused', 'lost',
           'lost in', 'refused but ran', 'hung', 'stock hazard', 'left behind',
           'status', 'stderr')
FATAL = ('lost', 'refused but ran', 'hung', 'left behind', 'status', 'stderr')
# Not if stock code does it with the same seed.
EXCUSED = ('hung', 'left behind', 'stderr')


class Run:
    """One program, from start to end."""

    def __init__(self, python, seed, variant, options, folder):
        self.seed = seed
        self.variant = variant
        log = os.path.join(folder, '%s-%d' % (variant, seed))
        command = [python, PROGRAM, str(seed), variant] + options
        self.command = ' '.join(command)
        environ = dict(os.environ)
        environ.pop('BACKPORT_DISABLE', None)
        if variant != 'patched':
            # Should the environment activate it.
            environ['BACKPORT_DISABLE'] = '1'
        with tempfile.TemporaryFile('w+', errors='replace') as err:
            # A session of its own, to find what it leaves behind.
            process = subprocess.Popen(
                command + ['--log', log], env=environ, cwd=folder,
                stdin=subprocess.DEVNULL, stdout=err, stderr=err,
                start_new_session=True)
            try:
                self.status = process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                self.status = None
            deadline = time.monotonic() + GRACE
            while (self.status is not None and session(process.pid)
                    and time.monotonic() < deadline):
                time.sleep(0.01)
            err.seek(0)
            self.err = err.read()
            self.left = session(process.pid)
            for pid in self.left:
                # Let each tell its stacks, one after the other.
                err.write('\nprocess %d:\n' % pid)
                err.flush()
                os.kill(pid, signal.SIGUSR1)
                time.sleep(0.3)
            for pid in self.left:
                os.kill(pid, signal.SIGKILL)
            process.wait()
            err.seek(len(self.err.encode()))
            self.stacks = err.read()
        self.count(log)

    def count(self, log):
        told = collections.defaultdict(list)
        if os.path.exists(log):
            with open(log) as file:
                for line in file:
                    word, what = line.split()
                    told[word].append(what)
            os.remove(log)
        ran = set(told['began'])
        lost = set(told['accepted']) - set(told['completed'])
        bad_child = any(int(status) for status in told['status'])
        hung = self.status is None
        self.counts = collections.Counter({
            'programs': 1,
            'accepted': len(told['accepted']),
            'completed': len(told['completed']),
            'refused': len(told['refused']),
            # What a program that hung would still have done, nobody knows.
            'lost': 0 if hung else len(lost),
            'lost in': bool(lost) and not hung,
            'refused but ran': len(ran & set(told['refused'])),
            'hung': hung,
            'left behind': bool(self.left) and not hung,
            'status': not hung and (self.status != 0 or bad_child),
            'stderr': bool(self.err),
        })

    @property
    def problems(self):
        return [name for name in FATAL if self.counts[name]]


def session(leader):
    """Return the ids of the processes of a session that have not ended."""
    pids = []
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                with open('/proc/%s/stat' % name) as file:
                    fields = file.read().rpartition(')')[2].split()
            except OSError:
                continue    # it has ended
            if fields[0] not in 'ZX' and int(fields[3]) == leader:
                pids.append(int(name))
    return pids


class Progress:
    """One updating line on a terminal, elsewhere a line now and then."""

    def __init__(self):
        self.told = time.monotonic()

    def __call__(self, text):
        if sys.stderr.isatty():
            sys.stderr.write('\r\033[K' + text)
        elif time.monotonic() > self.told + 10:
            self.told = time.monotonic()
            sys.stderr.write(text + '\n')
        sys.stderr.flush()

    def end(self):
        if sys.stderr.isatty():
            sys.stderr.write('\r\033[K')


def stress(python, variants, seed, seconds, options, folder):
    """Return variant -> list of `Run`, all that have problems kept.

    Of the others only the counts are kept, in one.
    """
    runs = {variant: [] for variant in variants}
    totals = {variant: collections.Counter() for variant in variants}
    deadline = time.monotonic() + seconds

    def over():
        late = time.monotonic() - deadline
        return late > 0 and (
            'stock' not in variants or totals['stock']['lost'] > 0
            or late > (EXTENSION - 1) * seconds)

    def series(variant):
        current = seed
        while not over():
            run = Run(python, current, variant, options, folder)
            totals[variant] += run.counts
            if run.problems:
                runs[variant].append(run)
            current += 1

    threads = [threading.Thread(target=series, args=(variant,), daemon=True)
               for variant in variants]
    progress = Progress()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.2)
        progress('  %2d s left; %s' % (
            max(0, deadline - time.monotonic()), '; '.join(
                '%s: %d programs, %d lost, %d hung' % (
                    variant, totals[variant]['programs'],
                    totals[variant]['lost'], totals[variant]['hung'])
                for variant in variants)))
    progress.end()
    return totals, runs


def tail(text, lines=40):
    return '\n'.join('    ' + line for line in text.splitlines()[-lines:])


def judge(python, totals, runs, options, folder):
    """Report what is wrong with the runs of a variant; return whether it is.

    *totals* are those of the variant.
    """
    failed = False
    for run in runs:
        problems = run.problems
        for problem in set(EXCUSED) & set(problems):
            stock = sum(
                Run(python, run.seed, 'stock', options, folder).counts[problem]
                for _ in range(RERUNS))
            print('  %s: %s\n  stock code with this seed: %d of %d times'
                  % (problem, run.command, stock, RERUNS))
            if stock:
                totals[problem] -= 1
                totals['stock hazard'] += 1
                problems.remove(problem)
                print(tail(run.stacks, 200))
        if problems:
            failed = True
            print('  FAILED (%s): %s\n%s' % (
                ', '.join(problems), run.command,
                tail(run.err + run.stacks, 200)))
    return failed


def examples(runs, judged):
    """Print one example of each message, and of the hangs not judged."""
    for variant in runs:
        seen = set()
        for run in runs[variant]:
            last = (run.err.strip().splitlines() or [''])[-1]
            if last and last not in seen:
                seen.add(last)
                print('  on standard error: %s\n%s' % (run.command,
                                                       tail(run.err, 6)))
        hung = [run for run in runs[variant] if run.counts['hung']]
        if hung and variant != judged:
            print('  %s hung in %d, such as: %s\n%s' % (
                variant, len(hung), hung[0].command,
                tail(hung[0].stacks, 40)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('pythons', nargs='+', metavar='INTERPRETER')
    parser.add_argument('--seconds', type=float, default=30)
    parser.add_argument('--seed', type=int, default=random.randrange(10 ** 9))
    parser.add_argument('--variants', default='stock,patched')
    parser.add_argument('--judge', default='patched', choices=VARIANTS)
    parser.add_argument('--processes', action='store_true')
    arguments = parser.parse_args()
    variants = arguments.variants.split(',')
    if not {arguments.judge} <= set(variants) <= set(VARIANTS):
        parser.error('variants are: %s; %s must be among them'
                     % (', '.join(VARIANTS), arguments.judge))
    options = ['--processes'] if arguments.processes else []
    print('--seed %d --seconds %g' % (arguments.seed, arguments.seconds),
          flush=True)
    table, failed = [('interpreter', 'variant') + COLUMNS], False
    with tempfile.TemporaryDirectory() as folder:
        for python in map(os.path.abspath, arguments.pythons):
            version = subprocess.check_output(
                [python, '-c',
                 'import platform; print(platform.python_version())'],
                universal_newlines=True).strip()
            print('CPython %s' % version, flush=True)
            totals, runs = stress(python, variants, arguments.seed,
                                  arguments.seconds, options, folder)
            failed |= judge(python, totals[arguments.judge],
                            runs[arguments.judge], options, folder)
            if 'stock' in variants and not totals['stock']['lost']:
                print('  FAILED: stock code lost nothing, so this shows '
                      'nothing; take more --seconds')
                failed = True
            examples(runs, arguments.judge)
            for variant in variants:
                table.append((version, variant) + tuple(
                    str(int(totals[variant][name])) for name in COLUMNS))
    widths = [max(map(len, column)) for column in zip(*table)]
    print()
    for line in table:
        print('  '.join(cell.rjust(width)
                        for cell, width in zip(line, widths)))
    print('\n%s.' % ('FAILED, see above' if failed else
                     'With the patch, nothing was lost, nothing hung'))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
