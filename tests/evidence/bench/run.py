"""Measures what a submit costs, as ratios to stock in one run.

    python run.py INTERPRETER [--seeds N] [--json FILE]

Instructions per submit are counted by valgrind's callgrind, as the difference
between two runs with different numbers of submits.  What a lookup costs depends
on how names hash, by a percent more or less.  Therefore the mean over several
values of PYTHONHASHSEED is printed, and the range.

Throughput is timed, the variants in turns, and it is noise.  The median of the
ratios is printed, and the range of the middle half of them.
"""
import argparse
import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'support')
ROOT = os.path.dirname(os.path.dirname(SUPPORT))
VARIANTS = 'stock', 'patched', 'upstream'
SUBMITS = (('ThreadPoolExecutor', 'submit.py', VARIANTS),
           # Upstream has no fix for these.
           ('ProcessPoolExecutor', 'submit_process.py', VARIANTS[:2]))
FEW, MANY = 500, 1500


def run(python, program, variant, number, seed=0, wrapper=()):
    env = dict(os.environ, PYTHONHASHSEED=str(seed),
               PYTHONPATH=os.pathsep.join([ROOT, SUPPORT]))
    env.pop('BACKPORT_DISABLE', None)
    done = subprocess.run(
        list(wrapper) + [python, os.path.join(HERE, program), variant,
                         str(number)],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)
    if done.returncode:
        sys.exit('%s %s failed:\n%s' % (program, variant, done.stderr))
    return done


def instructions(python, program, variant, number, seed):
    done = run(python, program, variant, number, seed, [
        'valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null'])
    return int(re.search(r'Collected : (\d+)', done.stderr).group(1))


def count(python, program, variants, seeds):
    """Return variant -> list of instructions per submit, one for each seed."""
    jobs = [(python, program, variant, number, seed) for seed in range(seeds)
            for variant in variants for number in (FEW, MANY)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        totals = []
        for total in pool.map(lambda job: instructions(*job), jobs):
            totals.append(total)
            print('\r%d of %d runs under valgrind' % (len(totals), len(jobs)),
                  end='', file=sys.stderr, flush=True)
    print(file=sys.stderr)
    totals = dict(zip(jobs, totals))
    return {variant: [(totals[python, program, variant, MANY, seed]
                       - totals[python, program, variant, FEW, seed])
                      / (MANY - FEW)
                      for seed in range(seeds)] for variant in variants}


def throughput(python, rounds=15):
    """Return variant -> seconds of 8 threads on 8 pools, one of each round."""
    seconds = {variant: [] for variant in VARIANTS}
    for _ in range(rounds):
        for variant in VARIANTS:
            done = run(python, 'eight_pools.py', variant, 3000)
            seconds[variant].append(float(done.stdout))
    return seconds


def python_version(python):
    return subprocess.check_output(
        [python, '-c', 'import platform; print(platform.python_version())'],
        universal_newlines=True).strip()


def parse_arguments(seeds):
    """Return those of the command line; *seeds* is a default."""
    parser = argparse.ArgumentParser()
    parser.add_argument('python')
    parser.add_argument('--seeds', type=int, default=seeds)
    parser.add_argument('--json', metavar='FILE',
                        help='add the numbers to this file, by version')
    return parser.parse_args()


def main():
    arguments = parse_arguments(seeds=8)
    python = shutil.which(arguments.python)
    version = python_version(python)
    print('CPython %s' % version)
    counted = {}
    if shutil.which('valgrind'):
        for executor, program, variants in SUBMITS:
            runs = count(python, program, variants, arguments.seeds)
            counted[executor] = runs
            stock = runs['stock']
            print('%s: instructions per submit, mean of %d hash seeds '
                  '(stock: %d)' % (executor, arguments.seeds,
                                   statistics.mean(stock)))
            for variant in variants:
                ratios = [one / other
                          for one, other in zip(runs[variant], stock)]
                print('  %-9s %.4f   (%.4f to %.4f)' % (
                    variant, statistics.mean(runs[variant])
                    / statistics.mean(stock), min(ratios), max(ratios)))
    else:
        print('valgrind is not installed: instructions are not counted '
              '(apt-get install valgrind)')
    timed = throughput(python)
    print('8 threads, each with a pool of its own, seconds to stock')
    for variant in VARIANTS:
        low, middle, high = statistics.quantiles(
            [one / other
             for one, other in zip(timed[variant], timed['stock'])])
        print('  %-9s %.2f   (half of %d rounds: %.2f to %.2f)' % (
            variant, middle, len(timed[variant]), low, high))
    if arguments.json:
        record(arguments.json, version, {
            'instructions per submit, by hash seed': counted,
            'seconds of 8 threads on 8 pools, by round': timed})


def record(path, version, measured):
    """Put the dict *measured* into the JSON file *path*, under *version*."""
    runs = {}
    if os.path.exists(path):
        with open(path) as file:
            runs = json.load(file)
    runs.setdefault(version, {}).update(
        measured, date=datetime.date.today().isoformat(),
        machine='%s, %d cores' % (platform.machine(), os.cpu_count()))
    with open(path, 'w') as file:
        json.dump(runs, file, indent=1)
        file.write('\n')


if __name__ == '__main__':
    main()
