"""The import hook in programs that do something to the import system."""
import pytest

HOW = ['start', 'import']


@pytest.fixture
def hook(auto):
    """Run a case of hook.py; return the words it prints."""
    def hook(case, how, *arguments):
        child = auto('hook.py', 'auto' if how == 'start' else 'stock', case,
                     how, *arguments)
        assert not child.err, child
        return child.words
    return hook


@pytest.mark.parametrize('how', HOW)
def test_modules_put_back(hook, how):
    """No finder is added each time, and each pool is patched."""
    *live, finders = hook('modules_put_back', how)
    assert live == ['patches', 'patches']
    *live, naive = hook('modules_put_back', 'naive')
    assert int(naive) == int(finders) + 19


@pytest.mark.parametrize('how', HOW)
def test_kept_spec(hook, how):
    """Its loader is wrapped once, and not once for each look."""
    assert hook('kept_spec', how) == ['patches', 'patches']
    assert hook('kept_spec', 'naive') == ['RecursionError']


@pytest.mark.parametrize('how, when', [
    ('start', 'before'), ('import', 'before'), ('import', 'imported')])
def test_lazy_loader(hook, how, when):
    """The module is loaded when it is used, not before, and patched then."""
    lazy, *asked, module, loader, of_spec, live = hook('lazy', how, when)
    assert lazy == '_LazyModule'
    assert asked == (['pending', '_LazyModule'] if how == 'import' else [])
    assert module == 'module' and live == 'patches'
    assert loader == of_spec == 'SourceFileLoader'
    assert hook('lazy', 'naive', 'before')[0] == 'module'


@pytest.mark.parametrize('how', HOW)
def test_deep_copy(hook, how):
    assert hook('deep_copy', how) == ['patches']
    assert hook('deep_copy', 'naive') == ['TypeError']


def test_lock_held_for_an_instant(hook):
    """By another thread, whose import statement finds the module loaded."""
    assert hook('lock_held_for_an_instant', 'import') == ['patches']
    assert hook('lock_held_for_an_instant', 'naive') == ['left']
