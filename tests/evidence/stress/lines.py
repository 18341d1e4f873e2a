"""The lines of run.py's table: the programs that are run again and again."""
import collections
import json
import os
import subprocess

import child

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'program.py')

# Seconds after which a program counts as hung.  Most take less than one.  Stock
# code is expected to hang, so it gets less time.
TIMEOUT = {'stock': 10, 'patched': 60, 'upstream': 10}

# Prints the version of an interpreter, and the losses that its package forces.
ASK = '''
import json, platform
from backport.commands import _scenarios
print(json.dumps([platform.python_version(), _scenarios.__file__,
                  list(_scenarios.LOSSES)]))
'''


class Line:
    """A line of the table: a program, run by an interpreter, with a variant."""

    def __init__(self, version, name, variant, command):
        self.name = '%s %s %s' % (version, name, variant)
        self.variant = variant
        self.command = command
        self.counts = collections.Counter()
        self.failures = []      # [problems, command, standard error]
        self.environ = {name: value for name, value in os.environ.items()
                        if not name.startswith('BACKPORT_')}
        if variant != 'patched':
            # The environment may activate it.
            self.environ['BACKPORT_DISABLE'] = '1'

    def run(self, seed):
        """Return a list of problems, the command, and what `child.run` does."""
        command = [part.format(seed=seed) for part in self.command]
        counts, err = child.run(command, self.environ, TIMEOUT[self.variant])
        return child.problems_of(counts), ' '.join(command), err, counts


def find(kind, pythons, variants):
    for python in map(os.path.abspath, pythons):
        version, scenarios, losses = json.loads(subprocess.check_output(
            [python, '-c', ASK], universal_newlines=True))
        for variant in variants:
            program = [python, PROGRAM, '{seed}', variant]
            switch = 'on' if variant == 'patched' else 'off'
            commands = {
                'random': {'random': program},
                'processes': {'processes': program + [
                    'process_pools', 'dropped_process_pools',
                    'shared_process_pool']},
                # -S, as in verify: a start-up file must not patch it.
                'forced': {loss: [python, '-S', scenarios, loss, switch]
                           for loss in losses},
            }[kind]
            for name, command in commands.items():
                yield Line(version, name, variant, command)
