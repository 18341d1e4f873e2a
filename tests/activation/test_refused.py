"""What is not known to be the standard library's is left as it is."""
import hashlib

import pytest

import stdlib

INSTALLED = stdlib.rows('thread')[-1]
ORDERS = ['backport first', 'thread first']

#: Where a vendor changed the code -> (old, new).
CHANGES = {
    'submit': (b'new futures after shutdown', b'futures after shutdown'),
    '_adjust_thread_count': (b't.daemon = True', b't.daemon = bool(1)'),
    '_python_exit': (b't.join()', b't.join(9)'),
    '_worker': (b'if work_item is not None', b'if work_item'),
    'shutdown': (b'self._work_queue.put(None)', b'self._work_queue.put(())'),
}


@pytest.fixture
def vendor(tmp_path):
    """Change the code of thread.py; return its path."""
    def vendor(where):
        old, new = CHANGES[where]
        data = stdlib.source(INSTALLED)
        assert old in data
        return stdlib.in_front(tmp_path, data.replace(old, new))
    return vendor


@pytest.mark.parametrize('where', sorted(CHANGES))
def test_vendor_changed_the_code(ask, vendor, tmp_path, where):
    path = vendor(where)
    with open(path, 'rb') as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    child = ask('refused.py', 'patched', 'changed_by_a_vendor',
                env=stdlib.environ(tmp_path, PYTHONWARNINGS='always'))
    assert child.words == ['3'], child
    assert (child.record.state, child.record.live) == ('refused', 'futures')
    assert (child.record.source, child.record.sha256) == (path, digest)
    assert child.record.releases is None, child
    assert child.err.count('RuntimeWarning: ') == 1, child
    for word in path, digest, 'report', 'BACKPORT_DISABLE=thread':
        assert word in child.err, child


@pytest.mark.parametrize('order', ORDERS)
def test_warnings_that_are_errors(ask, vendor, tmp_path, order):
    vendor('submit')
    child = ask('refused.py', 'stock', 'loaded', order,
                env=stdlib.environ(tmp_path, PYTHONWARNINGS='error'))
    assert child.record.state == 'refused', child
    assert 'Traceback' not in child.err, child
    assert 'BACKPORT_DISABLE=thread' in child.err, child


def test_shadowed_by_another_package(ask, tmp_path):
    package = tmp_path / 'concurrent' / 'futures'
    package.mkdir(parents=True)
    (package.parent / '__init__.py').write_text('')
    (package / '__init__.py').write_text('')
    (package / 'thread.py').write_text('def submit(): return "mine"\n')
    child = ask('refused.py', 'patched', 'another_package',
                env=stdlib.environ(tmp_path))
    assert child.words[0] == 'mine', child
    assert all(word.startswith('__') for word in child.words[1:]), child
    assert child.record.state == 'refused', child
    assert 'not the standard library' in child.record.reason, child
    assert child.err.count('RuntimeWarning: ') == 1, child


@pytest.mark.parametrize('name', ['concurrent.py', 'concurrent/futures.py'])
def test_shadowed_by_a_module(ask, tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    (path.parent / '__init__.py').write_text('')
    path.write_text('')
    child = ask('refused.py', 'patched', 'not_a_package',
                env=stdlib.environ(tmp_path))
    assert 'is not a package' in ' '.join(child.words), child
    assert child.record.state == 'pending' and not child.err, child


#: What comes first that the half-written file lacks -> does it load?
HALVES = {'class ThreadPoolExecutor': True, '.put(None)': False,
          'atexit.register': False}


@pytest.mark.parametrize('order', ORDERS)
@pytest.mark.parametrize('lacks', sorted(HALVES))
def test_half_written_file(ask, tmp_path, lacks, order):
    """The same failure as on stock; once the file is whole, it is patched."""
    data = stdlib.source(INSTALLED)
    path = stdlib.in_front(tmp_path, data)
    whole = tmp_path / 'whole.py'
    half = data[:data.index(lacks.encode())]
    if not HALVES[lacks]:
        half += b'put('
    children = []
    for switch in 'off', 'on':
        whole.write_bytes(data)
        with open(path, 'wb') as file:
            file.write(half)
        children.append(ask(
            'refused.py', 'stock', 'half_written', order, switch, path, whole,
            env=stdlib.environ(tmp_path, PYTHONDONTWRITEBYTECODE='1')))
    stock, patched = children
    assert stock.words == patched.words != [], children
    assert stock.record.live == 'futures', stock
    assert patched.record.live == 'patches', patched
    assert patched.record.state == 'applied', patched
