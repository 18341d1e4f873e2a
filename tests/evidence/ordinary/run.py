"""Runs generated programs, stock and patched: is anything different at all?

    python run.py INTERPRETER... [--seconds S] [--full] [--seed N] [--jobs J]
                  [--pools CLASS,...] [--patch-from FOLDER] [--control]
                  [--replay JSON]

INTERPRETER has the package installed, or takes it from FOLDER, which may be a
checkout, of an older commit for example.  What runs this needs hypothesis.

It takes S seconds (30) for all interpreters, which run at the same time, and
twenty minutes with --full.  J loops for each interpreter run programs; each
loop has a seed of its own, counted from N: from 0, or a random number with
--full.  A finding is shrunk and printed; the loop then goes on and leaves out
findings with the same label.  The exit status is 1 if there is a finding.

With --control both variants are stock, and there must be no finding.

That it finds something is seen with a commit that has known faults:

    git worktree add /tmp/old a9f7f47
    python run.py INTERPRETER... --patch-from /tmp/old --seconds 700 --seed 7

--replay runs one program, which a finding prints, until both variants have had
their turns, and prints what was seen.
"""
import argparse
import concurrent.futures
import contextlib
import json
import os
import random
import shlex
import sys
import time

from hypothesis import HealthCheck, Phase, given, seed, settings

import judge
import programs

EXAMPLES = 1000     # for each seed
SHRINKING = 45      # seconds for one finding


class Over(BaseException):
    """There is no more time."""


class Loop:
    """Tries programs on one interpreter."""

    def __init__(self, python, arguments, deadline):
        self.judge = judge.Judge(python, arguments.patch_from,
                                 arguments.control, deadline)
        self.programs = programs.programs(int(judge.run_python(
            '-c', 'import sys; print(sys.version_info[1])',
            python=python).out), arguments.pools)
        self.deadline = deadline
        self.known = {}     # label -> number of examples it took
        self.examples = 0

    def run(self, number):
        """Try programs until the deadline; return what `main` adds up."""
        while time.monotonic() < self.deadline:
            self.one_seed(number)
            number += 1000
        return (self.judge.python, self.examples, self.judge.runs, self.known)

    def one_seed(self, number):
        tried = {}          # hypothesis runs a program more than once
        target, best = [], []

        @seed(number)
        @settings(database=None, deadline=None, max_examples=EXAMPLES,
                  suppress_health_check=list(HealthCheck), print_blob=False,
                  report_multiple_bugs=False,
                  phases=[Phase.generate, Phase.shrink])
        @given(self.programs)
        def attempt(program):
            key = json.dumps(program)
            if key not in tried:
                over = self.deadline
                if target:
                    over = min(over, target[1] + SHRINKING)
                if time.monotonic() > over:
                    raise Over
                if not target:
                    self.examples += 1
                tried[key] = self.judge.findings(program)
            new = set(tried[key]) - set(self.known)
            if new and not target:
                target[:] = [min(new), time.monotonic()]
            if target and target[0] in tried[key]:
                best[:] = [program, tried[key]]
                raise AssertionError(target[0])

        with contextlib.suppress(AssertionError, Over):
            attempt()
        if best:
            for label in best[1]:
                self.known.setdefault(label, self.examples)
            self.tell(*best)

    def tell(self, program, found):
        print('\nFINDING on %s, after %d examples\n%s\n%s\n%s' % (
            self.judge.python, self.examples,
            '\n'.join('  %s: %s' % item for item in sorted(found.items())),
            programs.text(program), shlex.join(
                ['python', __file__, self.judge.python, '--replay',
                 json.dumps(program)])), flush=True)


def loop(number, *details):
    return Loop(*details).run(number)


def replay(python, arguments):
    program = json.loads(arguments.replay)
    checker = judge.Judge(python, arguments.patch_from, arguments.control)
    print(programs.text(program))
    stock, patched = checker.runs_of(program, stock=3, patched=3)
    for variant, several in ('stock', stock), ('patched', patched):
        for seen in several:
            print('%s %s' % (variant, seen))
    found = checker.findings(program)
    for item in found.items():
        print('FINDING %s: %s' % item)
    return bool(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('pythons', nargs='+', metavar='INTERPRETER')
    parser.add_argument('--seconds', type=float, default=30)
    parser.add_argument('--full', action='store_true')
    parser.add_argument('--seed', type=int)
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--pools', type=lambda names: names.split(','),
                        default=(programs.THREAD_POOLS
                                 + programs.PROCESS_POOLS))
    parser.add_argument('--patch-from', type=os.path.abspath)
    parser.add_argument('--control', action='store_true')
    parser.add_argument('--replay')
    arguments = parser.parse_args()
    if arguments.replay:
        return any([replay(python, arguments) for python in arguments.pythons])
    if arguments.full:
        arguments.seconds = 1200
    first = arguments.seed
    if first is None:
        first = random.randrange(10 ** 6) if arguments.full else 0
    deadline = time.monotonic() + arguments.seconds
    loops = [python for python in arguments.pythons
             for _ in range(arguments.jobs)]
    failed = False
    with concurrent.futures.ProcessPoolExecutor(len(loops)) as pool:
        futures = [pool.submit(loop, first + number, python, arguments,
                               deadline)
                   for number, python in enumerate(loops)]
        for future in futures:
            python, examples, runs, known = future.result()
            failed |= bool(known) or not examples
            print('%s: %d programs, %d runs, %d findings' % (
                python, examples, runs, len(known)))
            for label, number in known.items():
                print('  after %4d: %s' % (number, label))
    print('--seed %d, %d s' % (first, arguments.seconds))
    return failed


if __name__ == '__main__':
    sys.exit(main())
