"""What can be read about the functions is as on stock, but for the code."""
import json
import os

import pytest

import stdlib

every_release = pytest.mark.parametrize('row', stdlib.rows('thread'),
                                        ids=lambda row: row.releases)


#: In these submit has named parameters; patched, it has those of 3.7.4.
NAMED_PARAMETERS = '3.7.0-3.7.1', '3.7.2-3.7.3'


@pytest.fixture
def introspect(run, tmp_path):
    """Run cases of introspection.py with the thread.py of a release."""
    def introspect(row, case, *variants):
        stdlib.in_front(tmp_path, stdlib.source(row))
        return [run('introspection.py', variant, case,
                    env=stdlib.environ(tmp_path)) for variant in variants]
    return introspect


@every_release
def test_introspection(introspect, run, row):
    stock, patched = introspect(row, 'show', 'stock', 'patched')
    assert stock.returncode == patched.returncode == 0, (stock, patched)
    assert patched.err == stock.err     # 3.8 warns of fn=, with our line
    if row.releases in NAMED_PARAMETERS:
        assert patched.out != stock.out
        stock = run('introspection.py', 'stock', 'show')    # the installed one
        # A docstring was corrected at the same time.
        stock.out = stock.out.replace(
            'initializer: A callable', 'initializer: An callable')
    assert patched.out == stock.out != ''


@every_release
@pytest.mark.parametrize('variant, folder', [('stock', 'futures'),
                                             ('patched', 'patches')])
def test_source_is_of_the_code_that_runs(introspect, row, variant, folder):
    child, = introspect(row, 'source', variant)
    functions = json.loads(child.out)
    for path, _, there, ours in functions:
        assert os.path.basename(os.path.dirname(path)) == folder, child
        assert there and ours == (variant == 'patched'), child
    assert [name for _, name, _, _ in functions] == [
        '_adjust_thread_count', 'submit', '_python_exit'], child


@every_release
@pytest.mark.parametrize('variant, folder', [('stock', 'futures'),
                                             ('patched', 'patches')])
def test_traceback(introspect, row, variant, folder):
    child, = introspect(row, 'traceback', variant)
    *_, place, line, error = child.err.splitlines()
    file = place.split('"')[1]
    number = int(place.split('line ')[1].split(',')[0])
    assert os.path.basename(os.path.dirname(file)) == folder, child
    assert place.endswith(', in submit'), child
    with open(file) as source:
        assert source.readlines()[number - 1].strip() == line.strip(), child
    message = 'cannot schedule new futures after shutdown'
    assert line.strip() == 'raise RuntimeError(%r)' % message, child
    assert error == 'RuntimeError: ' + message, child
