"""Fixtures of the tests here: programs that say what the patch has done."""
import json
import os
import sys
import types

import pytest

import backport
import stdlib

HERE = os.path.dirname(os.path.abspath(__file__))

# What there is to test on 3.9 and later.
if sys.version_info >= (3, 9):
    collect_ignore = [name for name in os.listdir(HERE)
                      if name.startswith('test_')
                      and name != 'test_not_needed.py']

#: The folder of the package.
PACKAGE = os.path.dirname(os.path.abspath(backport.__file__))


@pytest.fixture
def ask(run):
    """Run a program that ends with `state.main`.

    The child has a `record`: what `status` says of thread pools, with what is
    `live` of them.
    """
    def ask(program, *arguments, **options):
        child = run(program, *arguments, **options)
        assert child.returncode == 0, child
        *lines, last = child.out.splitlines()
        child.words = ' '.join(lines).split()
        child.record = types.SimpleNamespace(**json.loads(last))
        return child
    return ask


@pytest.fixture
def words(run):
    """Run a program that must succeed silently; return the words it prints."""
    def words(*arguments, **options):
        child = run(*arguments, **options)
        assert child.returncode == 0 and not child.err, child
        return child.words
    return words


@pytest.fixture
def start_up_lines():
    """Return the text of startup/watch.py for a package in a folder."""
    def start_up_lines(package=PACKAGE):
        placeholder = "__file__[:-len('/startup/watch.py')]"
        with open(os.path.join(PACKAGE, 'startup', 'watch.py')) as file:
            text = file.read()
        assert text.count(placeholder) == 1
        return text.replace(placeholder, repr(str(package)))
    return start_up_lines


@pytest.fixture
def auto(run, start_up_lines, tmp_path):
    """Run a program that is auto-activated; `stock`: one that is not.

    Its sitecustomize.py has the lines of startup/watch.py, and *first* before
    them.  Nobody has imported the package.
    """
    def auto(program, variant, *arguments, first='', env=(), **options):
        (tmp_path / 'sitecustomize.py').write_text(
            first + (start_up_lines() if variant == 'auto' else ''))
        child = run(program, 'stock', *arguments,
                    env=stdlib.environ(tmp_path, **dict(env)), **options)
        assert child.returncode == 0, child
        return child
    return auto
