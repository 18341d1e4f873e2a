"""Tables that conf.py puts into the pages, from code and recorded runs."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FIGURES = os.path.join(HERE, 'figures')
sys.path.insert(0, FIGURES)

import recorded  # noqa: E402
from backport import _sources  # noqa: E402


def table(*rows):
    """Return a Markdown table; the first of *rows* is its head."""
    lines = ['| %s |' % ' | '.join(row) for row in rows]
    lines.insert(1, '|---' * len(rows[0]) + '|')
    return '\n'.join(lines)


def sources():
    """Return the table of known sources."""
    return table(('CPython', 'file', 'sha256'), *(
        (releases.replace('-', '\N{NON-BREAKING HYPHEN}'), name + '.py',
         '`%s`' % sha256)
        for name, rows in _sources.SOURCES.items()
        for releases, sha256, *_ in rows))


def costs():
    """Return the table of what a submit costs."""
    runs = recorded.load('bench.json')
    head = [''] + sorted(runs)
    rows = []
    for row, name in recorded.NAMES.items():
        rows.append(['instructions per `submit`, ' + name] + [
            '%.3f' % recorded.ratios(runs[version])[row][0]
            for version in head[1:]])
    return table(head, *rows)


#: What the rows of tests/evidence/bench/startup.py are called that are ours.
ENABLED = {'pth': '**after `enable`**',
           'sitecustomize': 'the same lines in a `sitecustomize`'}


def starts():
    """Return the table of what a start costs."""
    runs = recorded.load('bench.json')
    mean = {version: runs[version]['instructions of a start']
            for version in sorted(runs)}
    titles = next(iter(mean.values()))
    return table([''] + list(mean), *(
        [ENABLED.get(title, title)]
        + ['%.3f' % (mean[version][title] / mean[version]['bare'])
           for version in mean] for title in titles))


def imports():
    """Return the table of what the first pool costs."""
    runs = recorded.load('bench.json')
    head = [''] + sorted(runs)
    first = 'instructions of a start that imports a pool'
    return table(head, *(
        ['`import %s`' % module] + [
            '%.3f' % (runs[version][first][module]['pth']
                      / runs[version][first][module]['bare'])
            for version in head[1:]] for module in runs[head[1]][first]))


def explored():
    """Return the table of schedules explored."""
    explored = recorded.load('explored.json')
    versions = sorted(explored)
    counts = {}
    for version in versions:
        for record in explored[version]['results']:
            if record['variant'] == 'patched':
                counts.setdefault(record['scenario'], {})[version] = (
                    recorded.run_and_fail(record))
    return table(['scenario'] + versions, *(
        ['`%s`' % scenario] + [counts[scenario].get(version, '')
                               for version in versions]
        for scenario in counts))


def runs():
    """Return the table of how the recorded runs ended."""
    runs = recorded.load('lifelines.json')['runs']
    rows = [('loss', 'CPython', 'stock', 'patched')]
    for loss in runs[max(runs)]:
        versions = {}       # outcomes -> versions
        for version in sorted(runs):
            versions.setdefault(tuple(
                recorded.outcome(runs[version][loss][switch])
                for switch in ('off', 'on')), []).append(version)
        rows += [('`%s`' % loss, ', '.join(versions[outcomes])) + outcomes
                 for outcomes in versions]
    return table(*rows)
