"""The programs: what hypothesis may put together, and how one is printed.

A program has one or two pools, which the first step that uses them makes, and
steps: of the main thread, of other threads, of jobs, done-callbacks, exit
handlers and signal handlers.  Each step is a list, its name and its arguments;
the functions of these names are in child.py.
"""
import functools
import json

from hypothesis import strategies as st

THREAD_POOLS = ('thread', 'own-submit', 'own-start', 'hands-over', 'bounded',
                'lifo', 'priority', 'full')
PROCESS_POOLS = 'process', 'bounded-process', 'sized-process'
DELAYS = st.sampled_from([0, 1, 5, 20, 50])     # milliseconds
#: From the outside to the inside, how many steps there may be.
LENGTHS = 6, 3, 2


def pools(minor, classes):
    """Return the strategy for the pool's class, workers and initializer."""
    def some(*names):
        return st.sampled_from([name for name in names
                                if name in classes] or classes)
    plain = [st.tuples(some(*THREAD_POOLS), st.integers(1, 3)),
             st.tuples(some(*PROCESS_POOLS), st.integers(1, 3))]
    if minor >= 7 and {'thread', 'process'} & set(classes):
        plain.append(st.tuples(
            some('process', 'thread'), st.integers(1, 2),
            st.sampled_from(['initializer', 'failing'])))
    return st.one_of(plain)


@st.composite
def programs(draw, minor, classes):
    made = tuple(draw(st.lists(pools(minor, classes), min_size=1,
                               max_size=2)))
    return {
        'backport': draw(st.sampled_from(['first', 'last'])),
        'start': draw(st.sampled_from(['fork'] * 5 + ['spawn'])),
        'pools': [list(pool) for pool in made],
        'steps': draw(steps(made, 0)),
        'linger': draw(st.booleans()),
        'end': draw(st.sampled_from(['end', 'end', 'end', 'exit', 'raise',
                                     'SIGINT', 'SIGTERM']))}


@functools.lru_cache(1000)
def steps(made, level):
    """Return a list of steps; *level*: how deep in other steps it is."""
    some = st.lists(step(made, level), min_size=1, max_size=LENGTHS[level])
    if level != 1:
        return some
    return st.one_of(some, some.map(lambda inner: [['until-exit']] + inner))


def step(made, level):
    def one(name, *parts):
        return st.tuples(st.just(name), *parts).map(list)

    def job(number):
        kinds = ['quick', 'sleep 5', 'sleep 50', 'raise']
        if made[number][0] in PROCESS_POOLS:
            return st.sampled_from(kinds + ['die', 'unpicklable'])
        return st.one_of(st.sampled_from(kinds), *inner)

    number = st.integers(0, len(made) - 1)
    inner = [steps(made, level + 1)] if level + 1 < len(LENGTHS) else []
    jobs = [one('submit', st.just(n), job(n)) for n in range(len(made))]
    choices = [
        *jobs * 3, one('shutdown', number, st.booleans()),
        one('cancel'), one('result'), one('sleep', DELAYS), one('drop', number),
        one('map', number, st.integers(1, 4), st.integers(1, 2)),
        *[one('loop', st.just(n), job(n), st.booleans())
          for n in range(len(made))]]
    threads = [n for n, pool in enumerate(made) if pool[0] in THREAD_POOLS]
    processes = sorted(set(range(len(made))) - set(threads))
    if threads:
        choices.append(one('resize', st.sampled_from(threads),
                           st.integers(1, 4)))
    if processes:
        choices.append(one('kill', st.sampled_from(processes)))
    if inner:
        choices += [one('callback', *inner), one('with', number, *inner),
                    one('thread', *inner, st.booleans())]
    if not level:
        choices += [one('atexit', *inner), one('alarm', *inner, DELAYS),
                    one('fork', *inner), one('exit-and-go-on')]
    return st.one_of(choices)


def places(steps, place='main', daemon=False):
    """Yield (place, step, whether a daemon thread does it)."""
    for number, step in enumerate(steps):
        here = '%s.%d' % (place, number)
        yield here, step, daemon
        for part in step[1:]:
            if isinstance(part, list):
                yield from places(part, here, daemon or (
                    step[0] == 'thread' and step[-1]))


def text(program):
    """Return a program, one step a line."""
    lines = ['%s: %s' % (name, json.dumps(value))
             for name, value in program.items() if name != 'steps']
    for place, step, _ in places(program['steps']):
        lines.append('%-12s %s%s %s' % (
            place, '  ' * (place.count('.') - 1), step[0],
            ' '.join(json.dumps(part) for part in step[1:]
                     if not isinstance(part, list))))
    return '\n'.join(lines)
