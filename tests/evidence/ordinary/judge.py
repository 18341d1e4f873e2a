"""Runs one program, stock and patched, and says what is different.

Stock itself varies, so a difference is only looked into at first.  Then both
variants are run in turns, and a finding is what the patched one does so much
more often that chance would do it once in 10,000 times (Fisher's exact test).
"""
import collections
import concurrent.futures
import json
import math
import os
import re
import sys
import time

from programs import places

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)),
                                'support'))
from children import run_python     # noqa: E402

TIMEOUT = 5         # seconds after which a program hangs; most take less than 1
SLOW = 2            # seconds above three times what stock takes
AT_A_TIME = 3       # children of each loop; they mostly sleep
REFERENCE = 3       # stock runs that a patched one is compared to
TURNS = 5           # runs of each variant at a time, and at most
MOST_TURNS = 40
CHANCE = 1e-4       # for a finding
UNLIKELY = 0.2      # above this it is no longer looked into
REFUSED = 'raised RuntimeError: cannot schedule new futures after '
# Printed if a loop that has been closed is told about work that is done.
TOO_LATE = 'exception calling callback', 'RuntimeError: Event loop is closed'

#: What was seen of one run.  *told*: the jobs submitted during exit to a pool
#: that had been used before it.
Seen = collections.namedtuple(
    'Seen', 'status orphaned seconds lines jobs steps order descriptors told')


class Judge:

    def __init__(self, python, patch_from=None, control=False,
                 deadline=math.inf):
        self.python, self.patch_from = python, patch_from
        self.control, self.deadline = control, deadline
        self.pool = concurrent.futures.ThreadPoolExecutor(AT_A_TIME)
        self.runs = 0

    def run(self, program, variant):
        """Run *program*; return what was `Seen`."""
        env = {'BACKPORT_DISABLE':
               '1' if variant == 'stock' or self.control else ''}
        if self.patch_from:
            env['PYTHONPATH'] = self.patch_from
        begun = time.monotonic()
        child = run_python(os.path.join(HERE, 'child.py'), json.dumps(program),
                           env=env, timeout=TIMEOUT, python=self.python,
                           grace=1)
        self.runs += 1
        return see(program, child, time.monotonic() - begun)

    def runs_of(self, program, **numbers):
        """Return lists of `Seen`, for *stock* and *patched*, run in turns."""
        turns = [variant for turn in range(max(numbers.values()))
                 for variant, number in numbers.items() if turn < number]
        seen = collections.defaultdict(list)
        for variant, one in zip(turns, self.pool.map(
                lambda variant: self.run(program, variant), turns)):
            seen[variant].append(one)
        return seen['stock'], seen['patched']

    def findings(self, program):
        """Return label -> (how often of how many runs patched, and stock)."""
        stock, (patched,) = self.runs_of(program, stock=1, patched=1)
        if not differences(program, patched, stock):
            return {}
        stock += self.runs_of(program, stock=REFERENCE - 1)[0]
        left = differences(program, patched, stock)
        found = {}
        counts = collections.Counter(), collections.Counter()
        for turns in range(TURNS, MOST_TURNS + 1, TURNS):
            if not left or time.monotonic() > self.deadline:
                break
            for count, several in zip(counts, self.runs_of(
                    program, stock=TURNS, patched=TURNS)):
                for one in several:
                    count.update(differences(program, one, stock))
            for label in sorted(left):
                on, off = counts[1][label], counts[0][label]
                chance = fisher(on, off, turns)
                if chance < CHANCE:
                    found[label] = '%d of %d patched, %d of %d stock' % (
                        on, turns, off, turns)
                if chance < CHANCE or chance > UNLIKELY or (
                        off and label.startswith('timing')):
                    left.discard(label)
        return found


def fisher(on, off, runs):
    """Return how likely *on* or more of *on* + *off* are the patched ones."""
    return sum(math.comb(runs, k) * math.comb(runs, on + off - k)
               for k in range(on, min(runs, on + off) + 1)
               ) / math.comb(2 * runs, on + off)


def see(program, child, seconds):
    events = [(line.split(' ', 2) + [''])[:3]
              for line in child.out.splitlines()]
    told = collections.defaultdict(dict)
    for word, place, what in events:
        told[word][place] = (normal(what) if what.startswith('raised')
                             else what)
    jobs, steps = {}, {}
    for prefix in {place.rpartition(':')[0] for _, place, _ in events} | {''}:
        for place, step, daemon in places(program['steps']):
            place = prefix + ':' * bool(prefix) + place
            outcome = told['outcome'].get(place, 'never')
            if step[0] == 'map':
                for n in range(int(told['mapped'].get(place, 0))):
                    job = '%s/%d' % (place, n)
                    jobs[job] = 'done' if job in told['done'] else 'lost'
                if outcome.startswith(REFUSED):
                    jobs[place] = outcome
                    continue
            if step[0] in ('submit', 'loop'):
                jobs[place] = ('done' if place in told['done'] else
                               'cancelled' if place in told['cancelled'] else
                               # The loop has waited for it in vain.
                               'lost' if outcome.startswith(
                                   ('accepted', 'raised TimeoutError'))
                               else outcome)
                if daemon and jobs[place] == 'never':
                    del jobs[place]     # It may be ended at any moment.
            elif outcome != 'never':
                steps[place] = step[0], outcome
    return Seen(
        child.returncode, child.orphaned, seconds,
        {normal(line) for line in child.err.splitlines()
         if line and not line.startswith((' ', 'Traceback'))},
        jobs, steps, order(program, events),
        int(told['descriptors'].get('', 0)), set(told['late']))


def order(program, events):
    """Return the jobs of the main thread in pools of one worker, as begun."""
    one = {place for place, step, _ in places(program['steps'])
           if step[0] == 'submit' and program['pools'][step[1]][1] == 1
           and program['pools'][step[1]][0] in ('thread', 'own-submit',
                                                'own-start', 'process')
           and place.count('.') == 1}
    resized = any(step[0] in ('resize', 'drop')
                  for _, step, _ in places(program['steps']))
    begun = [place for word, place, _ in events
             if word == 'began' and place in one]
    return () if resized else tuple(begun)


def parent(job):
    """Return the place of the job that does the step *job*."""
    return job.rpartition('.')[0]


def normal(line):
    # The function of ours that makes a callback is in no class.
    line = line.replace('ProcessPoolExecutor._start_queue', '_start_queue')
    return re.sub(r'\b(0x[0-9a-f]+|\d+)', 'N', line).strip()


def differences(program, seen, stock):
    """Return the labels of what *seen* has and none of the *stock* runs has.

    What is better than stock is left out: work that is done or refused and not
    lost, an end and not a hang.  Those with "timing" are no finding if stock
    does the same in a single run.
    """
    labels = set()
    by_place = {place: step
                for place, step, _ in places(program['steps'])}

    def in_program(job):
        return job.rpartition(':')[2].partition('/')[0]

    def not_awaited(job):
        # No job, which exit may wait for, comes in between.  A signal handler
        # can run when exit has closed.
        place = parent(in_program(job))
        while by_place.get(place, [None])[0] == 'with':
            place = parent(place)
        step = by_place.get(place, [None])
        return step[0] == 'alarm' or step[0] == 'thread' and step[-1]

    def pool_of(job):
        step = by_place[in_program(job)]
        pool = program['pools'][step[1]]
        return ' '.join(pool[:1] + pool[2:])

    kinds = '+'.join(sorted({pool_of(job) for job in seen.jobs}))
    statuses = {one.status for one in stock}
    if seen.status not in statuses:
        if seen.status is None:
            labels.add('hangs, ' + '+'.join(sorted({
                pool_of(job) for job, fate in seen.jobs.items()
                if fate != 'done'})))
        elif statuses != {None}:
            labels.add('exit status, ' + kinds)
    if seen.orphaned and not any(one.orphaned for one in stock):
        labels.add('leaves processes, ' + kinds)
    if seen.status is not None and seen.seconds > SLOW + 3 * max(
            one.seconds for one in stock):
        labels.add('slow, ' + kinds)
    if seen.descriptors > max(one.descriptors for one in stock) > 0:
        labels.add('timing: descriptors, ' + kinds)
    refused = done = kills = False
    for job, fate in seen.jobs.items():
        fates = {one.jobs.get(job, 'never') for one in stock}
        if fate in fates:
            continue
        if fate == 'never' and seen.jobs.get(parent(job), 'done') != 'done':
            continue    # The job that would have submitted it did not run.
        if fates & {'lost', 'never'} and (
                fate in ('done', 'cancelled') or fate.startswith(REFUSED)):
            refused |= fate.startswith(REFUSED)
            done |= fate == 'done'
            continue
        if fate == REFUSED + 'interpreter shutdown' and (
                job in seen.told or not_awaited(job)) and (
                not any(other.startswith('raised') for other in fates)):
            # 3.6 takes it, and may lose it: the pool has been told to end, or
            # exit does not wait for what submits.
            refused = True
            # A worker process that it would have killed goes on, and prints.
            kills |= '["kill", ' in json.dumps(by_place[in_program(job)][2])
            continue
        timing = 'cancelled' in fates | {fate} and 'lost' != fate
        labels.add('%s%s: %s, not %s' % (
            'timing: ' * timing, pool_of(job), fate,
            ' or '.join(sorted(fates))))
    for place, (name, outcome) in seen.steps.items():
        outcomes = {one.steps.get(place, (name, 'never'))[1] for one in stock}
        if outcome not in outcomes and outcomes != {'never'}:
            labels.add('timing: %s %s, not %s' % (
                name, outcome, ' or '.join(sorted(outcomes))))
    orders = {tuple(job for job in one.order if job in seen.order)
              for one in stock}
    if not any(tuple(job for job in seen.order if job in other) == other
               for other in orders):
        labels.add('timing: order')
    if None not in statuses and not kills:
        for line in seen.lines - set().union(*[one.lines for one in stock]):
            if not (refused and 'cannot schedule new futures' in line
                    or done and line.startswith(TOO_LATE)):
                labels.add('prints ' + line)
    return labels
