"""The explorer's models of pipes, queues and processes are like the real ones.

explore/model_programs.py says what is tried.
"""
import json
import os
import sys

import pytest

from platforms import needs_fork

pytestmark = needs_fork

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'explore',
                        'model_programs.py')
NAMES = ['pipes', 'pipes_being_closed', 'full_pipe', 'queues', 'full_queue',
         'processes', 'copies', 'killed', 'dying', 'exit_handler']
if sys.version_info >= (3, 7):
    NAMES += ['wakeups', 'safe_queue']      # 3.6 has neither


@pytest.fixture
def see(run_python):
    """Run a program; return what it sees, on the real ones, on the models."""
    def see(name):
        seen = []
        for which in 'real', 'model':
            child = run_python(PROGRAMS, which, name)
            assert child.returncode == 0, child
            seen.append(json.loads(child.out))
        return seen
    return see


@pytest.mark.parametrize('name', NAMES)
def test_a_program_sees_the_same(see, name):
    real, model = see(name)
    assert model == real
