"""Runs programs that exit at any moment, stock and patched.

    python run.py INTERPRETER... [--kind KIND] [--seconds S] [--programs N]
                  [--seed N] [--same-seed] [--jobs J] [--variants V,...]
                  [--json FILE]

The kinds of programs are:

    random      random programs, see program.py (this is the default)
    processes   daemon threads submit to process pools while main ends: to one
                pool, or to one after the other, each shut down, or dropped
    forced      the losses that `backport verify` forces, each by itself

Each interpreter has the package installed.  A line of the table is about the
programs of the seeds N, N + 1, ..., or only of the seed N with --same-seed; the
forced ones have no seed.  J programs run at a time, by default more than there
are processors, because some things show only under load.  It ends when each
line has --programs, or after S seconds.  Without --programs it goes on for up
to EXTENSION times S seconds while stock code has not failed.

The exit status is 1 if a program did one of child.PROBLEMS with the last of the
variants (by default stock,patched).  It is 1 as well if stock code did none of
them in some line, because that line then shows nothing.  The variant "upstream"
is the code of 3.9.

FILE keeps the result, with the stacks of what crashed or hung.  A later run
with the same file goes on where this one was stopped by Ctrl-C, SIGTERM or S.

With PYTHONMALLOC=debug a crash comes where memory is misused.  This is of no
use on 3.8: there stock code crashes as well when daemon threads outlive the
interpreter.
"""
import argparse
import collections
import concurrent.futures
import itertools
import json
import os
import random
import resource
import signal
import sys
import time

import child
import lines

EXTENSION = 3
KEPT = 3        # failures that FILE keeps for each line that is not judged

# Programs at a time, for each processor.  The forced ones mostly sleep.
JOBS = {'random': 2, 'processes': 2, 'forced': 4}

CLEAR = '\r\033[K'


class Stress:
    """All programs.  Number n is of line n modulo the number of lines."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.judged = arguments.variants[-1]
        self.lines = list(lines.find(arguments.kind, arguments.pythons,
                                     arguments.variants))
        self.next = 0           # the first number that has not been started
        self.unfinished = []    # those below that were stopped
        self.running = {}       # number -> future
        self.begun = self.told = time.monotonic()
        self.stopped = False
        self.spent = {'wall': 0, 'cpu': 0}      # seconds, by earlier runs
        if arguments.json and os.path.exists(arguments.json):
            self.load()
        if arguments.seed is None:
            arguments.seed = random.randrange(10 ** 9)
        self.ended_before = self.ended

    @property
    def ended(self):
        return sum(line.counts['programs'] for line in self.lines)

    def state(self):
        """Return what FILE holds."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            'kind': self.arguments.kind,
            'seed': self.arguments.seed,
            'same seed': self.arguments.same_seed,
            'lines': [line.name for line in self.lines],
            'counts': {line.name: {name: int(line.counts[name])
                                   for name in child.COLUMNS}
                       for line in self.lines},
            'failures': {line.name: line.failures for line in self.lines},
            'seconds': {
                'wall': self.spent['wall'] + time.monotonic() - self.begun,
                'cpu': self.spent['cpu'] + used.ru_utime + used.ru_stime},
            'next': self.next,
            'unfinished': self.unfinished + sorted(self.running),
        }

    def save(self):
        if self.arguments.json:
            with open(self.arguments.json + '.new', 'w') as file:
                json.dump(self.state(), file, indent=1)
            os.replace(file.name, self.arguments.json)

    def load(self):
        with open(self.arguments.json) as file:
            state = json.load(file)
        if self.arguments.seed is None:
            self.arguments.seed = state['seed']
        mine = self.state()
        for name in 'kind', 'seed', 'same seed', 'lines':
            if state[name] != mine[name]:
                sys.exit('%s is of another run, with %s %s'
                         % (self.arguments.json, name, state[name]))
        self.next, self.unfinished = state['next'], state['unfinished']
        self.spent = state['seconds']
        for line in self.lines:
            line.counts.update(state['counts'][line.name])
            line.failures = state['failures'][line.name]

    def stop(self, signum, frame):
        self.stopped = True
        signal.signal(signum, signal.SIG_DFL)   # a second one ends this

    def over(self):
        seconds = self.arguments.seconds
        late = time.monotonic() - self.begun - seconds
        return self.stopped or seconds and late > 0 and (
            self.arguments.programs or late > (EXTENSION - 1) * seconds
            or not self.has_shown_nothing())

    def has_shown_nothing(self):
        """Return the lines in which stock code has done nothing wrong."""
        return [line for line in self.lines
                if line.variant == 'stock' != self.judged
                and not child.problems_of(line.counts)]

    def numbers(self):
        last = (self.arguments.programs or sys.maxsize) * len(self.lines)
        while self.unfinished and not self.over():
            yield self.unfinished.pop()
        while self.next < last and not self.over():
            self.next += 1
            yield self.next - 1

    def run(self, number):
        index, line = divmod(number, len(self.lines))
        seed = self.arguments.seed + index * (not self.arguments.same_seed)
        return number, self.lines[line].run(seed)

    def run_all(self):
        for signum in signal.SIGINT, signal.SIGTERM:
            signal.signal(signum, self.stop)
        jobs, numbers = self.arguments.jobs, self.numbers()
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            while True:
                for number in itertools.islice(numbers,
                                               jobs - len(self.running)):
                    self.running[number] = pool.submit(self.run, number)
                if not self.running:
                    break
                for future in concurrent.futures.wait(
                        self.running.values(),
                        return_when=concurrent.futures.FIRST_COMPLETED).done:
                    self.add(*future.result())
                self.tell()
        self.save()

    def add(self, number, result):
        del self.running[number]
        line = self.lines[number % len(self.lines)]
        problems, command, err, counts = result
        line.counts.update(counts)
        if problems and line.variant == self.judged:
            print('FAILED (%s): %s\n%s' % (', '.join(problems), command, err),
                  flush=True)
        if problems and (line.variant == self.judged
                         or len(line.failures) < KEPT):
            line.failures.append([problems, command, err])

    def tell(self):
        """Save and print how far this is, if that was not done just now."""
        on_terminal, now = sys.stderr.isatty(), time.monotonic()
        if now < self.told + (0.5 if on_terminal else 30):
            return
        self.told = now
        self.save()
        left = []
        if self.arguments.seconds:
            left.append(self.begun + self.arguments.seconds - now)
        if self.arguments.programs:
            all_of_them = self.arguments.programs * len(self.lines)
            left.append((all_of_them - self.ended) * (now - self.begun)
                        / max(1, self.ended - self.ended_before))
        counts = collections.Counter()
        for line in self.lines:
            counts.update(line.counts if line.variant == self.judged else {})
        problems = ', '.join('%d %s' % (counts[name], name)
                             for name in child.problems_of(counts))
        print('%s%d programs, %d:%02d left; %s: %s' % (
            CLEAR if on_terminal else '', self.ended,
            *divmod(max(0, min(left)), 60), self.judged,
            problems or 'no problem'),
              end='' if on_terminal else '\n', file=sys.stderr, flush=True)

    def report(self):
        """Print the table; return the exit status."""
        if sys.stderr.isatty():
            print(CLEAR, end='', file=sys.stderr, flush=True)
        rows = [('',) + child.COLUMNS] + [
            (line.name,) + tuple('%d' % line.counts[name]
                                 for name in child.COLUMNS)
            for line in self.lines]
        widths = [max(map(len, column)) for column in zip(*rows)]
        for row in rows:
            print('  '.join(map(str.rjust, row, widths)))
        seconds = self.state()['seconds']
        print('--seed %d; %d programs, %d at a time; %d s, %.3f s of processor '
              'time each' % (self.arguments.seed, self.ended,
                             self.arguments.jobs, seconds['wall'],
                             seconds['cpu'] / max(1, self.ended)))
        failed = [line for line in self.lines if line.variant == self.judged
                  and (child.problems_of(line.counts) or not line.counts)]
        for line in failed:
            print('FAILED: ' + line.name)
        for line in self.has_shown_nothing():
            print('FAILED: %s: did nothing wrong, so this shows nothing; take '
                  'more' % line.name)
        return 1 if failed or self.has_shown_nothing() else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('pythons', nargs='+', metavar='INTERPRETER')
    parser.add_argument('--kind', choices=list(JOBS), default='random')
    parser.add_argument('--seconds', type=float)
    parser.add_argument('--programs', type=int)
    parser.add_argument('--seed', type=int)
    parser.add_argument('--same-seed', action='store_true')
    parser.add_argument('--jobs', type=int)
    parser.add_argument('--variants', default='stock,patched',
                        type=lambda variants: variants.split(','))
    parser.add_argument('--json', metavar='FILE')
    arguments = parser.parse_args()
    if not set(arguments.variants) <= set(lines.TIMEOUT):
        parser.error('variants are: ' + ', '.join(lines.TIMEOUT))
    if arguments.seconds is None:
        arguments.seconds = 0 if arguments.programs else 30
    if arguments.jobs is None:
        arguments.jobs = JOBS[arguments.kind] * os.cpu_count()
    stress = Stress(arguments)
    stress.run_all()
    return stress.report()


if __name__ == '__main__':
    sys.exit(main())
