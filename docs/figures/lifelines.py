"""Lifelines of a recorded run: what each thread did while the process exited.

Time goes down, an event a row, in the order in which they were recorded; the
rows are equally high, and the milliseconds stand beside them.
"""
import collections

import svg

ROW, GAP = 23, 18       # heights: of an event, of a pause before it
PAUSE = 0.05            # seconds between two events that show as one
TIMES, PANEL, MARGIN = 46, 402, 16
TOP = 74                # of the first event

Event = collections.namedtuple('Event', 'when lane words')
Span = collections.namedtuple('Span', 'lane first last style')

#: Calls and returns that have words of their own, whoever makes them.
WORDS = {
    ('call', '_shutdown'): 'program ends',
    ('return', 'put of submit'): 'work is queued',
    ('call', '_adjust_process_count of _start_queue_management_thread'):
        'starts worker',
    ('call', 'start of _start_queue_management_thread'): 'starts manager',
    ('return', '__setitem__ of _adjust_thread_count'): 'enters it',
    ('return', '__setitem__ of _start_queue_management_thread'): 'enters it',
    ('call', 'join of _exit_function'): 'joins worker',
    ('call', '_worker'): 'starts',
    ('call', '_process_worker'): 'starts',
    ('call', '_queue_management_worker'): 'starts',
    ('return', '_worker'): 'leaves',
    ('return', '_process_worker'): 'leaves',
    ('return', '_queue_management_worker'): 'leaves',
    ('call', 'late'): 'late work begins',
    ('return', 'late'): 'completes',
}


class Run:
    """A recorded run in words.

    `lanes`: names, from left to right; `events`; `spans`; `outcome` and
    whether it is `bad`.
    """

    def __init__(self, recorded):
        self.recorded = recorded
        self.events, self.spans, self.open = [], [], {}
        self.names = dict(self._lanes())
        self.lanes = [name for name in (
            'main thread', 'submitter', 'manager', 'worker 1', 'worker 2',
            'worker') if name in self.names.values()]
        self.early = set(self.lanes)    # there before the late submit
        self.last = {}                  # lane -> when it left
        self.finds = self._told(0)
        seen = set()
        for when, who, number, word, name in recorded['events']:
            lane = self.names.get((who, number))
            if when >= 0 and lane is not None:
                self._see(when, lane, word, name, seen)
        self._end()

    def _lanes(self):
        workers = 0
        for when, who, number, word, name in self.recorded['events']:
            if who == 'worker':
                yield (who, number), 'worker'
            elif name == '_shutdown':
                yield (who, number), 'main thread'
            elif (when, word, name) == (0, 'call', 'submit'):
                yield (who, number), 'submitter'
            elif (word, name) == ('call', '_queue_management_worker'):
                yield (who, number), 'manager'
            elif (word, name) == ('call', '_worker'):
                workers += 1
                yield (who, number), 'worker %d' % workers

    def _see(self, when, lane, word, name, seen):
        if lane == 'worker' and name in ('_shutdown', '_exit_function'):
            return      # how it ends by itself
        words = WORDS.get((word, name))
        if words == 'starts':
            self.early.discard(lane)
        elif words == 'leaves':
            self.last[lane] = when
        noun = 'manager' if 'manager' in self.names.values() else 'worker'
        if (word, name) == ('call', 'start of _adjust_thread_count'):
            words = 'starts ' + self.lanes[-1]
        elif name == 'submit':
            if word == 'call':
                words = 'submit'
                self._begin(lane, when, 'busy')
            else:
                words = ('submit raises' if 'refusal' in seen
                         else 'returns: accepted')
                self._close(lane, when)
        elif (word, name) == ('call', '_python_exit'):
            # The first thing that the stock one does.
            if not self._patched():
                words = 'declares exit'
        elif (word, name) == ('call', 'declare'):
            words = 'declares exit'
        elif name == '_wait':
            if word == 'return':
                self._close(lane, when)
            elif self._duration(when, name) > PAUSE:
                words = 'waits for the start'
                self._begin(lane, when, 'waits')
        elif (word, name) == ('call', '_tell') or (
                name == 'items of _python_exit' and name not in seen):
            self.finds = self._told(when)
            words = 'finds %s%s %s%s' % (
                self.finds or 'no', ' other' * (name in seen), noun,
                's' * (self.finds > 1))
            seen -= {'told', 'join'}
        elif ((name.startswith(('put', 'wakeup')) and 'told' not in seen
                and name.endswith(' of _python_exit'))):
            seen.add('told')
            words = 'tells %s to leave' % ('them' if self.finds > 1 else 'it')
        elif name == 'join of _python_exit':
            if word == 'return':
                self._close(lane, when)
            else:
                self._begin(lane, when, 'waits')
                if 'join' not in seen:
                    words = 'joins ' + ('them' if self.finds > 1 else 'it')
                seen.add('join')
        elif name == 'join of _exit_function':
            self._begin(lane, when, 'waits')
        elif name == 'late':
            if word == 'call':
                self._begin(lane, when, 'kept')
            else:
                self._close(lane, when)
        seen.add(name)
        if words is not None:
            self.events.append(Event(when, lane, words))

    def _told(self, when):
        """Return how many the exit handler tells after that, in one pass."""
        told = 0
        for later, _, _, word, name in self.recorded['events']:
            if later > when:
                if (word, name) == ('return', '_tell'):
                    break
                told += word == 'call' and name in ('put of _python_exit',
                                                    'wakeup of _python_exit')
        return told

    def _patched(self):
        return any(name == 'declare'
                   for _, _, _, _, name in self.recorded['events'])

    def _duration(self, when, name):
        return next((later - when
                     for later, _, _, word, other in self.recorded['events']
                     if later > when and (word, other) == ('return', name)),
                    self.recorded['end'])

    def _begin(self, lane, when, style):
        self.open[lane] = when, style

    def _close(self, lane, when, style=None):
        if lane in self.open:
            first, meant = self.open.pop(lane)
            self.spans.append(Span(lane, first, when, style or meant))

    def _end(self):
        words, end = self.recorded['words'], self.recorded['end']
        hung = self.recorded['status'] is None
        for lane in list(self.open):
            if self.open[lane][1] == 'kept':
                self.events.append(Event(end, lane, 'cut off: LOST'))
                self._close(lane, end, 'lost-bar')
            else:
                self._close(lane, end)
        lost = 'accepted' in words and 'completed' not in words
        orphan = self.recorded['orphans']
        if lost:
            self._lose(end)
        if hung:
            last = 'still waits after %.0f s: HANGS' % end
        else:
            last = 'ends with status %d' % self.recorded['status']
        self.events.append(Event(end, 'main thread', last))
        if orphan:
            self.events.append(Event(max(self.events)[0], 'worker',
                                     'ORPHAN: stays'))
        self.events.sort(key=lambda event: event.when)
        self.bad = lost or hung or orphan
        if hung:
            self.outcome = '✕ done, but the process HANGS'
        elif lost:
            self.outcome = '✕ accepted, and LOST; status 0' + (
                '; an orphan stays' if orphan else '')
        elif 'refused' in words:
            self.outcome = '✓ refused: submit raised, nothing is lost'
        else:
            self.outcome = '✓ accepted and completed'

    def _lose(self, end):
        """Say how accepted work was lost that was not cut off."""
        for i, event in enumerate(self.events):
            if event.words == 'completes':   # in an orphan
                self.events[i] = event._replace(words='ends, for nobody: LOST')
        self.spans = [span._replace(style='lost-bar')
                      if span.style == 'kept' else span for span in self.spans]
        if not any('LOST' in event.words for event in self.events):
            self.events.append(Event(end, 'submitter',
                                     'nobody takes it: LOST'))


def panel(run, left, title):
    """Return (shapes, height) of a run, drawn from *left*."""
    shapes, rows, y, before = [], [], TOP, None
    for event in run.events:
        if before is not None:
            y += ROW + (GAP if event.when - before > PAUSE else 0)
        before = event.when
        rows.append(y)
    bottom = rows[-1]

    def at(when):
        """Return the height of the last row that is not later."""
        return max([row for row, event in zip(rows, run.events)
                    if event.when <= when] or [TOP])

    # The first two have most to say.
    xs = dict(zip(run.lanes, [left + TIMES + x for x in (
        (24, 170, 270, 328) if len(run.lanes) > 3 else (24, 172, 312))]))
    shapes.append(svg.text(left, 28, title, 'title'))
    shapes.append(svg.text(left, TOP - 22, 'ms', 'small'))
    for lane, x in xs.items():
        start = TOP - 12 if lane in run.early else min(
            row for row, event in zip(rows, run.events) if event.lane == lane)
        stays = (run.recorded['status'] is None
                 or run.recorded['orphans'] and lane == 'worker')
        end = bottom + 14 if stays else at(
            run.last.get(lane, run.recorded['end']))
        shapes.append(svg.text(x, TOP - 22, lane, 'small', 'middle'))
        shapes.append(svg.line(x, start, x, end))
        if not stays:
            shapes.append(svg.line(x - 6, end, x + 6, end))
    for span in run.spans:
        first, last = at(span.first), at(span.last)
        shapes.append(svg.bar(xs[span.lane] - 4, first, 8,
                              last - first or 5, span.style))
    for event, row in zip(run.events, rows):
        loud = any(word in event.words for word in ('LOST', 'HANGS', 'ORPHAN'))
        style = 'halo' + (' lost' if loud else
                          ' kept' if event.words == 'completes' else '')
        right = (xs[event.lane] + 10 + svg.width(event.words)
                 < left + PANEL + 6)
        shapes.append(svg.text(
            xs[event.lane] + (10 if right else -10), row + 4.5, event.words,
            style, 'start' if right else 'end'))
        shapes.append(svg.text(left + TIMES - 14, row + 4.5,
                               milliseconds(event.when), 'small', 'end'))
    shapes.append(svg.text(left, bottom + 42, run.outcome,
                           'lost' if run.bad else 'kept'))
    return shapes, bottom + 42


def milliseconds(seconds):
    return '%.1f' % (seconds * 1000) if seconds < 0.01 else (
        '%d' % (seconds * 1000))


def draw(path, title, version, date, runs):
    """Draw one loss: *runs* has what was recorded "off" and "on"."""
    stock, patched = Run(runs['off']), Run(runs['on'])
    left, height = panel(stock, MARGIN, 'stock, CPython ' + version)
    right, other = panel(patched, PANEL + 3 * MARGIN, 'the same, patched')
    height = max(height, other) + 40
    size = 2 * PANEL + 4 * MARGIN, height
    middle = PANEL + 2 * MARGIN
    shapes = left + right + [
        svg.line(middle, 16, middle, height - 34, 'faint'),
        svg.bar(MARGIN, height - 22, 8, 10, 'busy'),
        svg.text(MARGIN + 13, height - 13, 'in submit', 'small'),
        svg.bar(MARGIN + 83, height - 22, 8, 10, 'waits'),
        svg.text(MARGIN + 96, height - 13, 'waits', 'small'),
        svg.bar(MARGIN + 140, height - 22, 8, 10, 'kept'),
        svg.text(MARGIN + 153, height - 13, 'late work', 'small'),
        svg.bar(MARGIN + 222, height - 22, 8, 10, 'lost-bar'),
        svg.text(MARGIN + 235, height - 13, 'late work, lost', 'small'),
        svg.text(size[0] - MARGIN, height - 13,
                 'recorded %s; rows are in order, not to scale' % date,
                 'small', 'end')]
    description = ' '.join(
        '%s: %s. Outcome: %s.' % (
            name, '; '.join('%s ms %s: %s' % (milliseconds(event.when),
                                              event.lane, event.words)
                            for event in run.events), run.outcome[2:])
        for name, run in (('Stock', stock), ('Patched', patched)))
    svg.write(path, title, description, size, shapes)
