"""Whatever loads the pools' modules, the package hears of it.

The programs are auto-activated: they run the lines of startup/watch.py.
"""
import pytest


@pytest.mark.parametrize('how', [
    'a_loader_of_its_own', 'exec_module_on_the_loader_itself',
    'a_namespace_as_spec', 'load_module_only', 'find_module_only', 'wrapt'])
def test_every_loader(auto, how):
    """It is patched, and neither module nor spec keeps the stand-in."""
    if how == 'wrapt':
        pytest.importorskip('wrapt')
    patched = auto('loaders.py', 'auto', 'loaded', how)
    stock = auto('loaders.py', 'stock', 'loaded', how)
    assert stock.words.count('futures!') == 2, stock
    assert patched.out == stock.out.replace('futures!', 'patches!'), patched
    assert not patched.err, patched


@pytest.mark.parametrize('variant, live', [('auto', 'patches'),
                                           ('stock', 'futures')])
def test_renamed_by_its_loader(auto, variant, live):
    """The program gets its module, under the name that it has now."""
    assert auto('loaders.py', variant, 'renamed').words == ['another', live]


def test_a_spec_that_takes_no_other_loader(auto):
    """Then the module is stock until the program calls activate()."""
    child = auto('loaders.py', 'auto', 'no_other_loader')
    assert child.words == ['futures', 'patches'] and not child.err, child


def test_found_and_not_loaded(auto):
    """Whoever asks for the loader finds all that it has."""
    stock, patched = [auto('loaders.py', variant, 'found_and_not_loaded')
                      for variant in ('stock', 'auto')]
    assert stock.out.endswith('futures\n') and len(stock.words) > 20, stock
    assert patched.out == stock.out[:-len('futures\n')] + 'patches\n', patched
    assert not patched.err
