"""Draws the pictures of the site from what was recorded beside this file.

    python draw.py
"""
import os
import re

import matplotlib
from matplotlib import pyplot

import recorded

# Text stays text, and the same data give the same bytes.
matplotlib.rcParams.update({'svg.fonttype': 'none', 'svg.hashsalt': 'backport',
                            'font.size': 9.75, 'hatch.linewidth': 1.5})
INK, FAINT, KEPT, LOST = '#1f2328', '#59636e', '#1a7f37', '#c4320a'
BUSY = '#818b98'
#: What a span is drawn as.
STYLES = {'busy': dict(color=BUSY), 'kept': dict(color=KEPT),
          'waits': dict(facecolor='white', edgecolor=BUSY),
          'lost': dict(facecolor='white', edgecolor=LOST, hatch='/////')}
BY_NIGHT = ('@media (prefers-color-scheme: dark) '
            '{svg {filter: invert(.9) hue-rotate(180deg)}}')
#: Lanes of a panel -> where they are, from its left; the first has most to say.
LANES = {3: (70, 218, 358), 4: (70, 216, 316, 374)}
PANEL, TOP, ROW, GAP = 434, 74, 23, 18      # in pixels, as all below


def save(figure, name, **options):
    """Write *figure* as SVG, with colours for those who read in the dark."""
    path = os.path.join(recorded.HERE, name + '.svg')
    figure.savefig(path, metadata={'Date': None, 'Creator': None}, **options)
    pyplot.close(figure)
    with open(path) as file:
        text = re.sub('(?m) +$', '', file.read())
    with open(path, 'w') as file:
        file.write(text.replace('<style type="text/css">',
                                '<style type="text/css">' + BY_NIGHT, 1))


def costs(runs):
    """Draw what a submit costs, as percent of stock's instructions."""
    figure, plots = pyplot.subplots(len(runs), sharex=True, figsize=(8, 4),
                                    layout='constrained')
    for version, axes in zip(sorted(runs), plots):
        rows = list(recorded.ratios(runs[version]).items())[::-1]
        means = [100 * (mean - 1) for _, (mean, _, _) in rows]
        bars = axes.barh(
            [recorded.NAMES[row] for row, _ in rows],
            [max(mean, 0) for mean in means],
            color=[KEPT if variant == 'patched' else BUSY
                   for (_, variant), _ in rows])
        axes.bar_label(bars, ['%+.1f  (%+.1f to %+.1f)' % (
            mean, 100 * (low - 1), 100 * (high - 1))
            for mean, (_, (_, low, high)) in zip(means, rows)], padding=6)
        axes.set_title('CPython ' + version, loc='left', fontsize=9.75)
        axes.spines[['top', 'right', 'bottom']].set_visible(False)
        axes.set_xlim(0, 9)
        axes.tick_params(bottom=False, left=False)
    plots[-1].set_xlabel(
        'percent more instructions per submit than stock: mean and range over '
        'hash seeds\n%s' % ', '.join(sorted({
            run['date'] for run in runs.values()})), x=0, ha='left')
    save(figure, 'costs')


def explored(runs):
    """Draw the schedules run on the patched code, and what stock fails at."""
    results = runs[recorded.VERSION]['results']
    patched = {result['scenario']: result for result in results
               if result['variant'] == 'patched'}
    figure, axes = pyplot.subplots(figsize=(11, 0.23 * len(patched) + 1),
                                   layout='constrained')
    bars = axes.barh(list(patched), [result['schedules']
                                     for result in patched.values()],
                     color=KEPT)
    axes.bar_label(bars, [
        '; '.join([recorded.run_and_fail(result)] + [
            '%s: %s (%d)' % (
                other['variant'], ' and '.join(
                    failure.partition(':')[0].replace('E ', 'exit ')
                    for failure in other['found']), other['schedules'])
            for other in results
            if other['scenario'] == result['scenario'] and other['found']
            and other['variant'] in ('stock', 'upstream')])
        for result in patched.values()], padding=6)
    axes.invert_yaxis()
    axes.margins(x=1.4, y=0.01)
    axes.spines[['top', 'right', 'bottom']].set_visible(False)
    axes.tick_params(bottom=False, labelbottom=False, left=False)
    axes.set_title(
        'schedules of the patched code, CPython %s; at which schedule other '
        'code fails; %s' % (recorded.VERSION, runs[recorded.VERSION]['date']),
        loc='left', fontsize=9.75)
    save(figure, 'explored', bbox_inches='tight', pad_inches=0.05)


def panel(axes, run, left, title):
    """Draw a run from *left*: time goes down, an event a row, equally high.

    Returns the height.
    """
    def text(x, y, words, color=INK, **options):
        axes.text(x, y, words, color=color, va='center', **options)

    rows, y, before = [], TOP, None
    for event in run.events:
        if before is not None:
            y += ROW + (GAP if event.when - before > recorded.PAUSE else 0)
        before = event.when
        rows.append(y)

    def at(when):
        """Return the height of the last row that is not later."""
        return max([row for row, event in zip(rows, run.events)
                    if event.when <= when] or [TOP])

    xs = dict(zip(run.lanes, [left + x for x in LANES[
        4 if len(run.lanes) > 3 else 3]]))
    text(left, 24, title, weight='bold')
    text(left, TOP - 26, 'ms', FAINT, size=8.25)
    for lane, x in xs.items():
        text(x, TOP - 26, lane, FAINT, size=8.25, ha='center')
        stays = (run.recorded['status'] is None
                 or run.recorded['orphans'] and lane == 'worker')
        start = TOP - 12 if lane in run.early else min(
            row for row, event in zip(rows, run.events) if event.lane == lane)
        end = y + 14 if stays else at(run.last.get(lane, run.recorded['end']))
        axes.plot([x, x], [start, end], color=BUSY, linewidth=1, zorder=1,
                  marker=None if stays else '_', markevery=[1])
    for span in run.spans:
        first, last = at(span.first), at(span.last)
        axes.bar(xs[span.lane], last - first or 5, 8, first, zorder=2,
                 **STYLES[span.style])
    for event, row in zip(run.events, rows):
        # Beside the line, on the side where there is room.
        right = xs[event.lane] + 7.1 * len(event.words) < left + PANEL - 32
        color = (KEPT if event.words == 'completes' else
                 LOST if re.search('LOST|HANGS|ORPHAN', event.words) else INK)
        text(xs[event.lane] + (10 if right else -10), row, event.words, color,
             ha='left' if right else 'right', zorder=3,
             bbox=dict(facecolor='white', edgecolor='none', pad=1))
        text(left + 32, row, '%.*f' % (event.when < 0.01, event.when * 1000),
             FAINT, size=8.25, ha='right')
    outcome = recorded.outcome(run.recorded)
    text(left, y + 42, outcome, KEPT if outcome[0] == '✓' else LOST,
         weight='bold')
    return y + 80


def loss(name, version, date, runs):
    """Draw one loss: *runs* has what was recorded "off" and "on"."""
    figure = pyplot.figure()
    axes = figure.add_axes([0, 0, 1, 1])
    height = max(
        panel(axes, recorded.Run(runs['off']), 16, 'stock, CPython ' + version),
        panel(axes, recorded.Run(runs['on']), 16 + PANEL, 'the same, patched'))
    axes.plot([PANEL, PANEL], [16, height - 34], color='#d1d9e0', linewidth=1)
    for x, words, style in ((16, 'in submit', 'busy'), (99, 'waits', 'waits'),
                            (160, 'late work', 'kept'),
                            (244, 'late work, lost', 'lost')):
        axes.bar(x + 4, 10, 8, height - 22, **STYLES[style])
        axes.text(x + 13, height - 17, words, color=FAINT, size=8.25,
                  va='center')
    axes.text(2 * PANEL - 16, height - 17, 'recorded %s; rows are in order, '
              'not to scale' % date, color=FAINT, size=8.25, va='center',
              ha='right')
    axes.set(xlim=(0, 2 * PANEL), ylim=(height, 0))
    axes.axis('off')
    figure.set_size_inches(2 * PANEL / 96, height / 96)
    save(figure, name)


def main():
    lifelines = recorded.load('lifelines.json')
    version = next(version for version in lifelines['runs']
                   if version.startswith(recorded.VERSION))
    for name, runs in lifelines['runs'][version].items():
        loss(name, version, lifelines['date'], runs)
    costs(recorded.load('bench.json'))
    explored(recorded.load('explored.json'))


if __name__ == '__main__':
    main()
