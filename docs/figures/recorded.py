"""What was recorded beside this file, as the pictures and the pages show it."""
import collections
import json
import os
import statistics

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = '3.8'     # the one that is drawn; the tables have all
PAUSE = 0.05        # seconds between two events that show as one

NAMES = {
    ('ThreadPoolExecutor', 'patched'): 'thread pool, patched',
    ('ThreadPoolExecutor', 'upstream'): "thread pool, upstream's lock",
    ('ProcessPoolExecutor', 'patched'): 'process pool, patched',
}

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


def load(name):
    with open(os.path.join(HERE, name)) as file:
        return json.load(file)


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


def run_and_fail(record):
    """Return in words what became of the schedules of an explored scenario."""
    text = '%(schedules)d run, %(failing)d fail' % record
    if record['explored'] < record['bound']:
        text += '; all with %(explored)d or fewer %(counted)s' % record
    return text


def is_lost(run):
    return 'accepted' in run['words'] and 'completed' not in run['words']


def outcome(run):
    """Return in words how a recorded run ended."""
    if run['status'] is None:
        return '✕ done, but the process HANGS'
    if is_lost(run):
        return '✕ accepted, and LOST; status 0' + (
            '; an orphan stays' if run['orphans'] else '')
    if 'refused' in run['words']:
        return '✓ refused: submit raised, nothing is lost'
    return '✓ accepted and completed'


class Run:
    """A recorded run in words.

    `lanes`: names, from left to right; `events`; `spans`.
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
        end, hung = self.recorded['end'], self.recorded['status'] is None
        for lane in list(self.open):
            if self.open[lane][1] == 'kept':
                self.events.append(Event(end, lane, 'cut off: LOST'))
                self._close(lane, end, 'lost')
            else:
                self._close(lane, end)
        if is_lost(self.recorded):
            self._lose(end)
        if hung:
            last = 'still waits after %.0f s: HANGS' % end
        else:
            last = 'ends with status %d' % self.recorded['status']
        self.events.append(Event(end, 'main thread', last))
        if self.recorded['orphans']:
            self.events.append(Event(max(self.events)[0], 'worker',
                                     'ORPHAN: stays'))
        self.events.sort(key=lambda event: event.when)

    def _lose(self, end):
        """Say how accepted work was lost that was not cut off."""
        for i, event in enumerate(self.events):
            if event.words == 'completes':   # in an orphan
                self.events[i] = event._replace(words='ends, for nobody: LOST')
        self.spans = [span._replace(style='lost')
                      if span.style == 'kept' else span for span in self.spans]
        if not any('LOST' in event.words for event in self.events):
            self.events.append(Event(end, 'submitter',
                                     'nobody takes it: LOST'))
