"""Bars, with their numbers written beside them."""
import re
import statistics

import svg

WIDTH, LEFT = 760, 16
NAMES = {
    ('ThreadPoolExecutor', 'patched'): 'thread pool, patched',
    ('ThreadPoolExecutor', 'upstream'): "thread pool, upstream's lock",
    ('ProcessPoolExecutor', 'patched'): 'process pool, patched',
}


def ratios(run):
    """Return (executor, variant) -> (mean, lowest, highest) ratio to stock."""
    result = {}
    for executor, variant in NAMES:
        counted = run['instructions per submit, by hash seed'][executor]
        each = [one / other
                for one, other in zip(counted[variant], counted['stock'])]
        result[executor, variant] = (statistics.mean(counted[variant])
                                     / statistics.mean(counted['stock']),
                                     min(each), max(each))
    return result


def costs(path, runs):
    """Draw what a submit costs, as percent of stock's instructions."""
    start, full = 310, 300.0    # pixels: where bars begin, what 6 percent are
    scale = full / 6
    shapes = [svg.text(LEFT, 30, 'Instructions per submit, more than stock',
                       'title')]
    y, said = 52, []
    for version in sorted(runs):
        shapes.append(svg.text(LEFT, y + 13, 'CPython ' + version))
        for row, (mean, low, high) in ratios(runs[version]).items():
            percent = [100 * (value - 1) for value in (mean, low, high)]
            shapes.append(svg.text(start - 10, y + 13, NAMES[row],
                                   'small', 'end'))
            shapes.append(svg.bar(
                start, y, max(percent[0], 0) * scale, 17,
                'kept' if row[1] == 'patched' else 'busy'))
            label = '%+.1f %%   (%+.1f to %+.1f)' % tuple(percent)
            shapes.append(svg.text(
                start + max(percent[0], 0) * scale + 8, y + 13, label))
            said.append('CPython %s, %s: %s' % (version, NAMES[row],
                                                ' '.join(label.split())))
            y += 23
        y += 12
    shapes.append(svg.line(start, 46, start, y - 8))
    seeds = {len(counted['stock']) for run in runs.values() for counted
             in run['instructions per submit, by hash seed'].values()}
    dates = {run['date'] for run in runs.values()}
    shapes.append(svg.text(
        LEFT, y + 10, 'counted by callgrind, mean of %s hash seeds and their '
        'range; %s' % ('/'.join(map(str, sorted(seeds))),
                       ', '.join(sorted(dates))), 'small'))
    svg.write(path, 'What a submit costs', '; '.join(said) + '.',
              (WIDTH, y + 26), shapes)


def run_and_fail(record):
    """Return in words what became of the schedules of an explored scenario."""
    text = '%(schedules)d run, %(failing)d fail' % record
    if record['explored'] < record['bound']:
        text += '; all with up to %(explored)d %(counted)s' % record
    return text


def briefly(failure):
    return re.sub(r'^E raised (\w+):.*', r'exit raises \1', failure)


def explored(path, version, recorded):
    """Draw the schedules run on the patched code, and what stock fails at."""
    records = recorded['results']
    patched = {record['scenario']: record for record in records
               if record['variant'] == 'patched'}
    start = max(map(svg.width, patched)) + 40
    longest = max(map(run_and_fail, patched.values()), key=len)
    scale = 160 / max(record['schedules'] for record in patched.values())
    column = start + 160 + svg.width(longest) + 16
    shapes = [
        svg.text(LEFT, 30, 'Schedules explored, CPython ' + version, 'title'),
        svg.text(start, 54, 'on the patched code', 'small'),
        svg.text(column, 54, 'first schedule that fails otherwise', 'small')]
    y, said, width = 66, [], 0
    for scenario, record in patched.items():
        shapes.append(svg.text(start - 10, y + 13, scenario, '', 'end'))
        length = record['schedules'] * scale
        shapes.append(svg.bar(start, y, length, 17, 'kept'))
        label = run_and_fail(record)
        shapes.append(svg.text(start + length + 8, y + 13, label))
        others = '; '.join('%s: %s (%d)' % (
            other['variant'], ' and '.join(map(briefly, other['found'])),
            other['schedules'])
            for other in records if other['scenario'] == scenario
            and other['variant'] in ('stock', 'upstream') and other['found'])
        width = max(width, column + svg.width(others))
        if others:
            shapes.append(svg.text(column, y + 13, others))
        said.append('%s: patched: %s%s' % (scenario, label,
                                           others and '; ' + others))
        y += 25
    shapes.append(svg.line(start, 60, start, y - 4))
    shapes.append(svg.text(LEFT, y + 16, 'nox -s explore, %s' % (
        recorded['date']), 'small'))
    svg.write(path, 'Interleavings of submit and exit, explored',
              '. '.join(said) + '.', (width + LEFT, y + 32), shapes)
