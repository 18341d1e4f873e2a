"""The explorer's models of pipes, queues and processes are like the real ones.

tests/explore/model_programs.py says what is tried.
"""
import json
import os
import sys

import pytest

from conftest import run_python

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'explore',
                        'model_programs.py')
NAMES = ['pipes', 'pipes_being_closed', 'full_pipe', 'queues', 'full_queue',
         'processes', 'copies', 'killed', 'dying', 'exit_handler']
if sys.version_info >= (3, 7):
    NAMES += ['wakeups', 'safe_queue']      # 3.6 has neither


@pytest.fixture(scope='module')
def seen():
    """What the programs saw: on the real ones, on the models."""
    children = [run_python(PROGRAMS, which) for which in ('real', 'model')]
    assert [child.returncode for child in children] == [0, 0], children
    return [json.loads(child.out) for child in children]


@pytest.mark.parametrize('name', NAMES)
def test_a_program_sees_the_same(seen, name):
    real, model = seen
    assert model[name] == real[name]


def test_no_program_is_left_out(seen):
    assert sorted(seen[0]) == sorted(seen[1]) == sorted(NAMES)
