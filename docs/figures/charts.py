"""Bars, with their numbers written beside them."""
import statistics

import svg

WIDTH, LEFT = 760, 16
NAMES = {'patched': 'patched', 'upstream': "upstream's lock"}


def ratios(run):
    """Return variant -> (mean, lowest, highest) ratio to stock."""
    counted = run['instructions per submit, by hash seed']
    result = {}
    for variant in NAMES:
        each = [one / other
                for one, other in zip(counted[variant], counted['stock'])]
        result[variant] = (statistics.mean(counted[variant])
                           / statistics.mean(counted['stock']),
                           min(each), max(each))
    return result


def costs(path, runs):
    """Draw what a submit costs, as percent of stock's instructions."""
    start, full = 240, 350.0    # pixels: where bars begin, what 6 percent are
    scale = full / 6
    shapes = [svg.text(LEFT, 30, 'Instructions per submit, more than stock',
                       'title')]
    y, said = 52, []
    for version in sorted(runs):
        shapes.append(svg.text(LEFT, y + 13, 'CPython ' + version))
        for variant, (mean, low, high) in ratios(runs[version]).items():
            percent = [100 * (value - 1) for value in (mean, low, high)]
            shapes.append(svg.text(start - 10, y + 13, NAMES[variant],
                                   'small', 'end'))
            shapes.append(svg.bar(
                start, y, max(percent[0], 0) * scale, 17,
                'kept' if variant == 'patched' else 'busy'))
            label = '%+.1f %%   (%+.1f to %+.1f)' % tuple(percent)
            shapes.append(svg.text(
                start + max(percent[0], 0) * scale + 8, y + 13, label))
            said.append('CPython %s, %s: %s' % (version, NAMES[variant],
                                                ' '.join(label.split())))
            y += 23
        y += 12
    shapes.append(svg.line(start, 46, start, y - 8))
    seeds = {len(run['instructions per submit, by hash seed']['stock'])
             for run in runs.values()}
    dates = {run['date'] for run in runs.values()}
    shapes.append(svg.text(
        LEFT, y + 10, 'counted by callgrind, mean of %s hash seeds and their '
        'range; %s' % ('/'.join(map(str, sorted(seeds))),
                       ', '.join(sorted(dates))), 'small'))
    svg.write(path, 'What a submit costs', '; '.join(said) + '.',
              (WIDTH, y + 26), shapes)


def explored(path, recorded, version):
    """Draw the schedules run on the patched code, and what stock fails at."""
    records = [record for record in recorded['results']
               if record['version'] == version]
    patched = {record['scenario']: record for record in records
               if record['variant'] == 'patched'}
    start = 130
    scale = 210 / max(record['schedules'] for record in patched.values())
    shapes = [
        svg.text(LEFT, 30, 'Schedules explored, CPython ' + version, 'title'),
        svg.text(start, 54, 'on the patched code', 'small'),
        svg.text(start + 330, 54, 'first schedule that fails otherwise',
                 'small')]
    y, said = 66, []
    for scenario, record in patched.items():
        shapes.append(svg.text(start - 10, y + 13, scenario, '', 'end'))
        length = record['schedules'] * scale
        shapes.append(svg.bar(start, y, length, 17, 'kept'))
        label = '%(schedules)d run, %(failing)d fail' % record
        shapes.append(svg.text(start + length + 8, y + 13, label))
        others = '; '.join('%s: %s (%d)' % (
            other['variant'], ' and '.join(other['found']), other['schedules'])
            for other in records if other['scenario'] == scenario
            and other['variant'] in ('stock', 'upstream') and other['found'])
        if others:
            shapes.append(svg.text(start + 330, y + 13, others))
        said.append('%s: patched: %s%s' % (scenario, label,
                                           others and '; ' + others))
        y += 25
    shapes.append(svg.line(start, 60, start, y - 4))
    shapes.append(svg.text(LEFT, y + 16, 'nox -s explore, %s: up to two '
                           'preemptions' % recorded['date'], 'small'))
    svg.write(path, 'Interleavings of submit and exit, explored',
              '. '.join(said) + '.', (WIDTH + 100, y + 32), shapes)
