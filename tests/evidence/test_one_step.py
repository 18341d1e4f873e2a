"""The tables of docs/one-step.md, tried on this interpreter."""
import os
import re
import signal
import sys

import pytest

from one_step import core, operations

HERE = os.path.dirname(os.path.abspath(__file__))
#: The statuses of a crash; on Windows of an access violation and of abort().
CRASHED = ((0xC0000005, 3) if os.name == 'nt' else
           (-signal.SIGSEGV, -signal.SIGABRT))
PAGE = os.path.join(HERE, '..', '..', 'docs', 'one-step.md')


@pytest.fixture
def try_operation(run_python):
    def try_operation(name):
        # What has been freed is overwritten, so that its use is a crash.
        return run_python('-X', 'faulthandler', '-m', 'one_step', name,
                          env={'PYTHONMALLOC': 'debug', 'PYTHONPATH': HERE})
    return try_operation


@pytest.mark.parametrize('name', sorted(operations.ONE_STEP))
def test_other_code_runs_before_or_after(try_operation, name):
    child = try_operation(name)
    assert child.returncode == 0, '%s: %r' % (name, child)
    assert child.words[-2:] == ['0', 'faults'] and not child.err, child
    if name.startswith('list('):
        # It allocates: other code has come in, and at another place as well.
        assert 'callback, place 1' in child.out, child


@pytest.mark.parametrize('name', sorted(core.CORE))
def test_what_the_package_does_is_as_safe(try_operation, name):
    child = try_operation(name)
    assert child.returncode == 0, '%s: %r' % (name, child)
    assert child.words[-2:] == ['0', 'faults'] and not child.err, child
    assert 'callback, place 1' in child.out, child


@pytest.mark.parametrize('name', sorted(operations.CRASHES))
def test_what_reads_the_length_too_early_crashes(try_operation, name):
    child = try_operation(name)
    assert child.returncode in CRASHED, child


@pytest.mark.parametrize('name', sorted(
    operations.NOT_ONE_STEP.keys() - operations.CRASHES.keys()))
def test_what_allocates_in_the_middle_is_torn(try_operation, name):
    child = try_operation(name)
    assert child.returncode == 1, child
    assert child.words[-1] == 'faults' and int(child.words[-2]), child


@pytest.mark.parametrize('heading, tried', [
    ('## One step', operations.ONE_STEP),
    ('## Not one step', operations.NOT_ONE_STEP)])
def test_the_page_has_these_operations(heading, tried):
    with open(PAGE) as file:
        section = file.read().split('\n%s\n' % heading)[1].split('\n## ')[0]
    names = set()
    for cell in re.findall(r'^\| (`.*?) \|', section, re.MULTILINE):
        # "(3.7, 3.8)": there only
        versions = re.findall(r'\b3\.\d\b', cell)
        if not versions or '%d.%d' % sys.version_info[:2] in versions:
            names.update(re.findall('`(.*?)`', cell))
    assert names == set(tried)
