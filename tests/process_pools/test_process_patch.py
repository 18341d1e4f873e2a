"""When the patch of process pools is applied; that of thread pools apart."""
import hashlib
import sys

import pytest

import stdlib

PROGRAM = 'process_states.py'
OLD = sys.version_info < (3, 7)
ROWS = stdlib.rows('process')
REFUSAL = b"raise RuntimeError('cannot schedule new futures after shutdown')"


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.releases)
def test_known_release(run, tmp_path, row):
    path = stdlib.in_front(tmp_path, stdlib.source(row), 'process')
    child = run(PROGRAM, 'patched', 'tell_record',
                env=stdlib.environ(tmp_path))
    assert child.words == ['process', 'applied', path, row.releases], child


@pytest.mark.parametrize('value, states', [
    ('process', ['thread=applied', 'process=disabled']),
    ('thread', ['thread=disabled', 'process=applied']),
    ('process, thread', ['thread=disabled', 'process=disabled']),
    ('1', ['thread=disabled', 'process=disabled']),
])
def test_disabled(run, value, states):
    child = run(PROGRAM, 'patched', 'tell_states',
                env={'BACKPORT_DISABLE': value})
    assert child.words == states and not child.err, child


def changed(name, line):
    """Return the source of a module with something added to *line*."""
    data = stdlib.source(stdlib.rows(name)[-1])
    assert line in data
    return data.replace(line, line + b'; vendor = 1')


@pytest.mark.parametrize('name, line, states', [
    ('process', b'EXTRA_QUEUED_CALLS = 1',
     ['thread=applied', 'process=applied']),    # not code that it relies upon
    ('process', REFUSAL, ['thread=applied', 'process=refused']),
    ('thread', REFUSAL, ['thread=refused', 'process=applied']),
], ids=['process, a constant', 'process', 'thread'])
def test_unknown_source(run, tmp_path, name, line, states):
    stdlib.in_front(tmp_path, changed(name, line), name)
    child = run(PROGRAM, 'patched', 'tell_states',
                env=stdlib.environ(tmp_path, PYTHONWARNINGS='always'))
    assert child.words == states, child
    assert child.err.count('RuntimeWarning: ') == states.count(
        name + '=refused'), child


def test_two_unknown_sources(run, tmp_path):
    """The reason is the same: each has a warning of its own, and only one."""
    sources = {name: changed(name, REFUSAL) for name in ('thread', 'process')}
    path = stdlib.in_front(tmp_path, sources['thread'], 'thread')
    paths = {'thread': path, 'process': path.replace('thread.py', 'process.py')}
    with open(paths['process'], 'wb') as file:
        file.write(sources['process'])
    child = run(PROGRAM, 'patched', 'activate_again',
                env=stdlib.environ(tmp_path, PYTHONWARNINGS='always'))
    assert child.words == ['thread=refused', 'process=refused'], child
    warnings = child.err.split('RuntimeWarning: ')[1:]
    assert len(warnings) == 2, child
    for name in sources:
        warning, = [text for text in warnings if paths[name] in text]
        assert hashlib.sha256(sources[name]).hexdigest() in warning, child
        assert 'BACKPORT_DISABLE=%s silences' % name in warning, child


def test_off_and_on_again(run):
    child = run(PROGRAM, 'patched', 'off_and_on_again')
    assert child.words == ['3', 'disabled', '3', 'applied'] * 3, child


def test_a_program_without_process_pools_pays_nothing(run_python):
    child = run_python('-c', '''if True:
        import backport, sys
        from concurrent.futures import thread
        print('multiprocessing' in sys.modules)
        print(any('process_' in name for name in sys.modules))
    ''')
    assert child.words == [str(OLD)] * 2, child     # 3.6 loads both


@pytest.mark.parametrize('variant, late', [
    ('stock', ''), ('patched', ''), ('stock', 'late')])
def test_exit_handler_keeps_its_slot(run, variant, late):
    child = run('order_of_exit_handlers.py', variant, 'main', late)
    stock = variant == 'stock' and not late
    assert child.out.splitlines() == ([] if stock else ['applied']) + [
        'registered last', 'work', 'registered first'], child
