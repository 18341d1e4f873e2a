"""Runs an interpreter's own regression tests, stock and patched.

    python run.py INTERPRETER [--full] [--break HOW] [TEST...|all]
    python run.py INTERPRETER --later INTERPRETER [--break HOW]

INTERPRETER is that of a virtual environment in which the package is installed.
The tests are those that come with it (`python -m test`), unmodified.  They are
run in the environment as it is, and then with the package activated in every
interpreter that starts there.

Without TEST those in `SHORT` are run, which takes seconds, with
--full those in `FULL`, and with "all" every test file of the interpreter.  With
--later these are the tests of pools that a newer interpreter has in its
test_concurrent_futures, see later.py; one that hangs there fails.  Those that
fail stock as well are listed with the reason, which is mostly an API that is
newer.

The exit status is 1 if a test method passes stock and not patched, or if the
patch was not on in the children that the tests start.  (The latter needs
test_concurrent_futures; without it these children are only counted.)

A method that passes stock and not patched is run again, RERUNS times patched
and RERUNS times stock.  If it then passes each time patched, or fails once
stock, it is listed as flaky, and otherwise as a regression.
"""
import argparse
import collections
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

from environment import FILE, Environment

FULL = ('test_concurrent_futures', 'test_threading', 'test_atexit',
        'test_asyncio', 'test_queue', 'test_fork1')
# The children that it starts use thread pools, some of them with -I.
WITH_CHILDREN = 'test_concurrent_futures'
SHORT = ('test_threading', 'test_atexit', 'test_concurrent_futures')
# What takes seconds: no process pools, no test_map_timeout, no barriers.
SHORT_MATCH = {
    'test_concurrent_futures': ['*.ThreadPoolShutdownTest.*',
                                '*.ThreadPoolExecutorTest.test_[!m]*'],
    'test_threading': ['*.Thread*', '*.Subinterp*']}
#: The tests of a newer interpreter that concern pools; of process pools those
#: with fork, and of the others what is about exit.
LATER_MATCH = {'test_concurrent_futures': ['*.ThreadPool*',
                                           '*.ProcessPoolFork[!s]*',
                                           '*.test_*interpreter_shutdown']}
RERUNS = 3
#: What must fail, and how.
BREAKS = {
    'disabled': 'BACKPORT_DISABLE is set in the environment',
    'exit-handler': 'nobody joins the workers at exit',
    'upstream': "upstream's plain lock in place of ours",
}


def tell(text):
    print(text, file=sys.stderr, flush=True)


def run_all(environment, tests, patched):
    """Return test -> `Result`."""
    results = {}

    def run(test):
        return environment.run(test, tests[test], patched)

    # The short ones mostly wait; others compete for the same processors.
    jobs = len(SHORT) if tests.keys() == set(SHORT) else 1
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for number, (test, result) in enumerate(
                zip(tests, pool.map(run, tests)), 1):
            results[test] = result
            outcomes = collections.Counter(result.methods.values())
            tell('  %s, %d of %d, %s: %d passed, %d failed, %d skipped, %d s'
                 % ('patched' if patched else 'stock', number, len(tests), test,
                    outcomes['passed'], outcomes['failed'],
                    outcomes['skipped'], result.seconds))
    return results


def worse(stock, patched):
    """Yield (test, method id) for what passes stock and not patched."""
    for test, result in stock.items():
        for method, outcome in result.methods.items():
            if (outcome == 'passed'
                    and patched[test].methods.get(method) != 'passed'):
                yield test, method


def explain(stock, patched):
    """Yield a line for each method that does not pass stock, with the reason.

    The files as a whole are left out.
    """
    for test, result in stock.items():
        for method, outcome in sorted(result.methods.items()):
            if outcome == 'passed' or method.endswith(FILE):
                continue
            line = '%s %s: %s' % (outcome, method[len('test.'):],
                                  result.reasons.get(method))
            if patched[test].methods.get(method) == 'passed':
                line += '; PASSES PATCHED'
            elif (patched[test].reasons.get(method)
                    != result.reasons.get(method)):
                line += '; patched: %s' % patched[test].reasons.get(method)
            yield line


def passes(environment, tests, test, method, patched):
    """Run a method again; return how often of RERUNS it passed."""
    match = tests[test] if method.endswith(FILE) else [method]
    return sum(
        environment.run(test, match, patched).methods.get(method) == 'passed'
        for _ in range(RERUNS))


def judge(environment, tests, stock, patched):
    """Return (regressions, flaky ones), each a list of lines."""
    regressions, flaky = [], []
    for test, method in worse(stock, patched):
        tell('  %s: again' % method)
        with environment.patched():
            on = passes(environment, tests, test, method, True)
        off = passes(environment, tests, test, method, False)
        line = '%s: passed again %d of %d times patched, %d of %d stock' % (
            method, on, RERUNS, off, RERUNS)
        (flaky if on == RERUNS or off < RERUNS else regressions).append(line)
    return regressions, flaky


def not_on(children, expected, tests):
    """Return why it is not shown that the patch was on in the children."""
    words = {pid: {word for word, _ in records}
             for pid, records in children.items()}
    others = sum(bool(seen - {'started', expected}) for seen in words.values())
    on = [pid for pid, seen in words.items() if expected in seen]
    if others:      # This counts whatever the tests are.
        return 'in %d child processes the patch was loaded but not applied' % (
            others)
    if WITH_CHILDREN not in tests:
        return None
    if not on:
        return 'the patch was on in none of %d child processes' % len(children)
    if not any(flag == 'I' for pid in on for _, flag in children[pid]):
        return 'the patch was on in no child process with -I'
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('python')
    parser.add_argument('tests', nargs='*', metavar='TEST')
    parser.add_argument('--full', action='store_true')
    parser.add_argument('--later', metavar='INTERPRETER')
    parser.add_argument('--break', dest='broken', choices=sorted(BREAKS),
                        help='; '.join('%s: %s' % item
                                       for item in sorted(BREAKS.items())))
    arguments = parser.parse_args()
    if arguments.later and not shutil.which(arguments.later):
        parser.error('%s was not found' % arguments.later)
    python = os.path.abspath(arguments.python)
    version = subprocess.check_output(
        [python, '-c', 'import platform; print(platform.python_version())'],
        universal_newlines=True).strip()
    tests = {test: SHORT_MATCH.get(test, []) for test in SHORT}
    if arguments.tests == ['all']:
        tests = {test: [] for test in subprocess.check_output(
            [python, '-m', 'test', '--list-tests'],
            universal_newlines=True).split()}
    elif arguments.later:
        tests = LATER_MATCH
    elif arguments.tests or arguments.full:
        tests = {test: [] for test in arguments.tests or FULL}

    later = arguments.later and subprocess.check_output(
        [arguments.later, '-c', 'import test; print(test.__path__[0])'],
        universal_newlines=True).strip()

    tell('CPython %s' % version + (', tests: ' + later if later else ''))
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment(python, folder, arguments.broken, later)
        environment.disable()       # An earlier run may have been killed.
        stock = run_all(environment, tests, False)
        with environment.patched():
            patched = run_all(environment, tests, True)
            children = environment.children(
                {result.pid for result in patched.values()})
        regressions, flaky = judge(environment, tests, stock, patched)
        environment.disable()
    expected = 'upstream' if arguments.broken == 'upstream' else 'applied'
    problem = not_on(children, expected, tests)

    def count(results, *outcomes):
        return sum(outcome in outcomes and not method.endswith(FILE)
                   for result in results.values()
                   for method, outcome in result.methods.items())

    on = [records for records in children.values()
          if expected in {word for word, _ in records}]
    table = [
        ('interpreter', 'files', 'tests', 'passed stock', 'passed patched',
         'children', 'with the patch', 'of these -I', '-E'),
        (version, len(tests),
         count(stock, 'passed', 'failed', 'skipped'), count(stock, 'passed'),
         count(patched, 'passed'), len(children), len(on),
         sum('I' in {flag for _, flag in records} for records in on),
         sum('E' in {flag for _, flag in records} for records in on))]
    table = [[str(cell) for cell in line] for line in table]
    widths = [max(map(len, column)) for column in zip(*table)]
    print()
    for line in table:
        print('  '.join(cell.rjust(width)
                        for cell, width in zip(line, widths)))
    print('children: processes that the tests started, with site; with the '
          'patch: those\nof them that loaded concurrent.futures.thread')
    for title, lines in ('flaky', flaky), ('REGRESSION', regressions):
        for line in lines:
            print('%s: %s' % (title, line))
    for test in sorted({test for test, _ in worse(stock, patched)}):
        if regressions:
            print('\n%s, patched, said at its end:\n%s'
                  % (test, patched[test].output[-3000:]))
    if later:
        print('\nStock, and patched unless it says otherwise:')
        for line in explain(stock, patched):
            print(line)
    if not count(stock, 'passed'):
        problem = 'no test passes stock'
    if problem:
        print('FAILED: ' + problem)
    print('Patched, %s.' % (
        '%d TESTS FAIL that pass stock' % len(regressions) if regressions
        else 'no test fails that passes stock'))
    return 1 if regressions or problem else 0


if __name__ == '__main__':
    sys.exit(main())
