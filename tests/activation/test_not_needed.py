"""Interpreters that have upstream's fix are left alone."""
import os
import sys
import sysconfig

import pytest

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 9), reason='3.6 to 3.8 need the patch')


def test_nothing_is_done(run):
    child = run('not_needed.py', 'stock', 'nothing_is_done',
                env={'PYTHONWARNINGS': 'error'})
    assert child.out.splitlines() == [
        'not-needed', 'CPython has had the fix of bpo-31783 since 3.9'], child
    assert not child.err


def test_verify_says_so(run_python):
    child = run_python('-m', 'backport', 'verify')
    assert child.returncode == 0
    thread, process = child.out.splitlines()[2:]
    assert thread == ('thread   nothing is done: CPython has had the fix of '
                      'bpo-31783 since 3.9')
    assert 'race included' in process
    assert not child.err


@pytest.mark.parametrize('arguments', [
    ['enable'], ['disable'], ['status'], ['diff'],
    ['run', '-c', 'import sys; assert "backport" not in sys.modules'],
    ['run', '-I', '-c', 'import sys; assert sys.flags.isolated']])
def test_the_commands_do_nothing(run_python, arguments):
    def files():
        # With -I the interpreter writes .pyc files whatever we say.
        return (set(os.listdir(sysconfig.get_path('purelib')))
                - {'__pycache__'})

    before = files()
    child = run_python('-m', 'backport', *arguments)
    assert child.returncode == 0 and not child.err, child
    assert files() == before


def test_nothing_to_report(run_python):
    child = run_python('-c', 'import backport', env={'BACKPORT_REPORT': '1'})
    assert 'not-needed' in child.err and child.err.count('\n') == 1
