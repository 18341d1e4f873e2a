"""Explores the interleavings of submit and exit, systematically.

    python run.py [--full] [--json FILE] [--markdown]
    python run.py --replay 3.8:stock:full-pool:c1.3-p7.2

The running interpreter's own concurrent.futures.thread and, where the name of a
scenario begins with "process-", concurrent.futures.process: as it is ("stock"),
with the patch ("patched"), upstream's plain lock ("upstream"), and with --full
the patch weakened in one place after the other ("mutants"), which shows that
the explorer would see it.  Exit status 0 only if nothing was found in the
patched one, and in each of the others what is known to be wrong with it.
"""
import argparse
import datetime
import functools
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile

import processes
from mutants import (CHANGED, DEADLOCK, IN_CHILD, LEFT_BEHIND, MUTANTS,
                     NOT_JOINED, RAN, VERSION, mutate)

HERE = os.path.dirname(os.path.abspath(__file__))

#: Bound on preemptions and interrupts together: (by default, with --full).
#: By default a scenario takes seconds.  '1d': see `explorer.explore`.
BOUNDS = {
    'new-pool': ('1d', 2), 'full-pool': (1, 2), 'from-a-worker': (1, 2),
    'growing-pool': ('1d', 2), 'with-pool': ('1d', 2), 'freed-thread': (2, 2),
    'told-pool': (1, 2), 'fresh-pool': ('1d', 2), 'late-native-thread': (0, 2),
    'handed-over-start': (1, 2), 'old-submit': (1, 2), 'fresh-old': ('1d', 2),
    'two-pools': ('1d', 2), 'nested': ('1d', 2), 'nested-in-exit': (1, 2),
    'crosswise': (0, 2), 'stuck': (0, 2), 'dead-start': (1, 2),
    'interrupted': (2, 2), 'exit-inside': (1, 2), 'ctrl-c': (0, 2),
    'own-submit': (1, 2), 'own-start': (1, 2), 'own-copy': (1, 2),
    'stock-submit': (1, 2), 'swallows': (1, 2), 'slow-start': (1, 2),
    'locking': ('1d', 2), 'nested-locking': ('1d', 2), 'two-locking': (0, 2),
    'exit-inside-locking': (1, 2), 'fork': (0, 2), 'fork-locking': (0, 2),
    'fork-inside': (1, 2), 'fork-late': (0, 2),
}
BOUNDS.update(processes.BOUNDS)
#: CPU seconds that --full gives each scenario; a weakened patch has five times
#: as many to be found.
SECONDS = 60

#: What must be found, as variant -> scenario -> failures.
KNOWN = {
    'stock': {'new-pool': [NOT_JOINED], 'growing-pool': [NOT_JOINED],
              'full-pool': [LEFT_BEHIND], 'from-a-worker': [NOT_JOINED],
              'with-pool': [NOT_JOINED], 'nested': [NOT_JOINED],
              'two-pools': [NOT_JOINED], 'own-start': [NOT_JOINED],
              'late-native-thread': [NOT_JOINED], 'fresh-pool': [NOT_JOINED],
              'old-submit': [NOT_JOINED], 'fresh-old': [NOT_JOINED],
              'own-copy': [NOT_JOINED], 'stock-submit': [LEFT_BEHIND],
              'interrupted': [NOT_JOINED], 'freed-thread': [CHANGED]},
    'upstream': {'freed-thread': [CHANGED], 'nested': [DEADLOCK],
                 'crosswise': [DEADLOCK], 'fork': [IN_CHILD]},
    # docs/design.md, Limits.
    'patched': {'stock-submit': [RAN], 'own-start': [NOT_JOINED]},
}
if VERSION == '3.6':
    # The mutex of a queue.Queue is forked while it is held.
    KNOWN['stock']['fork'] = [IN_CHILD]
for _variant, _known in processes.KNOWN.items():
    KNOWN[_variant].update(_known)
MUTANTS.update(processes.MUTANTS)


def explore(args):
    """In a process of its own: explore one variant, print a result a line."""
    # For upstream_lock.
    sys.path.append(os.path.join(HERE, '..', '..', 'support'))
    scenario = args.replay.split(':')[2] if args.replay else args.scenarios[0]
    explorer = importlib.import_module(
        'process_explorer' if scenario in processes.BOUNDS else 'explorer')
    explorer.prepare(args.variant, args.opcodes)
    if args.replay:
        return replay(explorer, args.replay)
    for scenario in args.scenarios:
        result = explorer.explore(scenario, args.bound, args.stop_at or (),
                                  not args.unreduced, args.seconds)
        print(json.dumps(result), flush=True)


def replay(explorer, text):
    _, variant, scenario, schedule = text.split(':', 3)
    from scheduler import printed
    log = []
    failures, _ = explorer.run(scenario, explorer.from_text(schedule), log=log)
    for line in printed(log):
        print(line)
    print('%s: %s' % (text, ', '.join(failures) or 'no failure'))


running = set()     # what is to be killed when something goes wrong


def child(variant, *arguments, path=()):
    """Run `explore` in an interpreter of its own; return its results."""
    env = dict(os.environ, PYTHONPATH=os.pathsep.join(
        path), PYTHONHASHSEED='0')
    env.pop('BACKPORT_DISABLE', None)
    process = subprocess.Popen(
        [sys.executable, os.path.abspath(__file__), '--variant', variant]
        + list(arguments), env=env, stdout=subprocess.PIPE,
        universal_newlines=True)
    running.add(process)
    with process:
        results = [json.loads(line) for line in process.stdout]
    running.discard(process)
    if process.returncode or not results:
        sys.exit('the explorer itself failed on %s' % variant)
    return results


def jobs(args):
    """Yield what there is to run: (what to call, failures that it must find).

    Called, it returns (variant, results).
    """
    options = ['--opcodes'] * args.opcodes + ['--unreduced'] * args.unreduced
    if args.seconds:
        options += ['--seconds', str(args.seconds)]
    scenarios = args.scenarios or [
        scenario for scenario in BOUNDS
        if args.full or scenario not in processes.LONG]
    for variant in ('patched', 'stock', 'upstream'):
        for scenario in scenarios:
            bound = (BOUNDS[scenario][args.full] if args.bound is None
                     else args.bound)
            known = KNOWN[variant].get(scenario, [])
            arguments = ['--scenarios', scenario] + options
            if variant == 'patched':
                arguments += ['--bound', str(bound)]
            elif known:
                arguments += ['--bound', '2', '--stop-at'] + known
            else:
                continue
            yield functools.partial(original, variant, arguments), known
    for name, (_, _, scenario, failure) in MUTANTS.items():
        if not args.full or scenario not in scenarios:
            continue
        arguments = ['--bound', '2', '--scenarios', scenario] + options
        arguments += ['--stop-at', failure]
        if args.seconds:    # The schedule that fails may be among the last.
            arguments += ['--seconds', str(5 * args.seconds)]
        yield functools.partial(mutant, name, arguments), [failure]


def original(variant, arguments):
    return variant, child(variant, *arguments)


def mutant(name, arguments):
    with tempfile.TemporaryDirectory() as folder:
        mutate(name, folder)
        return 'mutant: ' + name, child('patched', *arguments, path=[folder])


def variants(args):
    """Run the jobs; yield (variant, result, failures that must be found)."""
    # Not at the top: a child loads it on controlled threads.
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(args.jobs) as pool:
        futures = [(pool.submit(job), known) for job, known in jobs(args)]
        try:
            for future, known in futures:
                variant, results = future.result()
                for result in results:
                    yield variant, result, known
        finally:
            for future, _ in futures:
                future.cancel()
            for process in list(running):
                process.kill()


def record(path, records):
    """Put *records* into the JSON file *path*, under this version."""
    versions = {}
    if os.path.exists(path):
        with open(path) as file:
            versions = json.load(file)
    versions[VERSION] = {'date': datetime.date.today().isoformat(),
                         'results': records}
    text = json.dumps(versions, indent=1, sort_keys=True)
    with open(path, 'w') as file:   # a result a line
        file.write(re.sub(r'{[^{}]+({[^{}]*}[^{}]*)?}(?=,?\n   )',
                          lambda match: ' '.join(match.group().split()), text)
                   + '\n')


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('--full', action='store_true',
                        help='up to two preemptions, with a time limit; '
                        'and the mutants')
    parser.add_argument('--scenarios', nargs='+', choices=sorted(BOUNDS),
                        metavar='SCENARIO', help=', '.join(BOUNDS))
    parser.add_argument('--bound', help='preemptions, at most; '
                        '"2d": all that deviates from the default, at most 2')
    parser.add_argument('--seconds', type=float,
                        help='CPU time for a scenario, at most '
                        '(with --full: %d)' % SECONDS)
    parser.add_argument('--jobs', type=int, default=os.cpu_count(),
                        metavar='N', help='that many at a time (%(default)s)')
    parser.add_argument('--opcodes', action='store_true',
                        help='preempt at each opcode, not line (3.7 and later)')
    parser.add_argument('--unreduced', action='store_true',
                        help='run schedules that are equivalent to others too')
    parser.add_argument('--replay', metavar='ID', help='print one schedule')
    parser.add_argument('--json', metavar='FILE', help='put the results into '
                        'this file, in place of those of this version')
    parser.add_argument('--variant', help=argparse.SUPPRESS)
    parser.add_argument('--stop-at', nargs='+', help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.opcodes and VERSION == '3.6':
        parser.error('3.6 has no opcode tracing')
    if args.replay and not args.variant:
        version, args.variant = args.replay.split(':')[:2]
        if version != VERSION:
            print('%s is for another interpreter: skipped' % args.replay)
            return 0
    if args.variant:
        return explore(args)
    if args.full and args.seconds is None:
        args.seconds = SECONDS

    row = '%-27s %-50s %5s %9s %8s %7s  %s'
    print(row % ('scenario', 'variant', 'bound', 'schedules', 'failing',
                 'CPU s', 'found, at schedule'))
    records, wrong = [], []
    for variant, result, known in variants(args):
        found = ['%s (%s)' % item for item in result['found'].items()]
        if result['stopped'] == 'out of time':
            found.append('out of time; all done up to %d'
                         % result['explored'])
        print(row % (result['scenario'], variant,
                     '%(bound)d%(counted).1s' % result,
                     result['schedules'], result['failing'], result['seconds'],
                     '; '.join(found)), flush=True)
        records.append(dict(result, variant=variant))
        if variant == 'patched':
            wrong += ['%s:%s:%s:%s  %s' % (
                VERSION, variant, result['scenario'], schedule, failure)
                for failure, schedule in result['found'].items()
                if failure not in known
                + processes.RARE.get(result['scenario'], [])]
        wrong += ['%s, %s: "%s" was not found: the explorer is blind' % (
            variant, result['scenario'], failure)
            for failure in known if failure not in result['found']]
    if args.json:
        record(args.json, records)
    print('%d CPU seconds' % sum(result['seconds'] for result in records))
    for line in wrong:
        print(line)
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main())
