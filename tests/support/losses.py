"""Losses of accepted work, forced; and what must become of it instead.

The programs are `_scenarios.py` of the package, thread_losses.py here, and
process_losses.py of the process pools.  They tell what becomes of the late
submit: accepted, and then completed, or refused.
"""
from backport.commands import _scenarios
from children import run_python


def force(loss, variant='patched', **options):
    """Force a loss as `backport verify` does; return the `Child`."""
    # -S, as verify: a start-up must not patch it.
    return run_python('-S', _scenarios.__file__, loss,
                      {'stock': 'off', 'patched': 'on'}[variant], **options)


def assert_lost(child):
    """The process ends as if nothing had happened to the work."""
    assert child.returncode == 0, child
    assert 'accepted' in child.words, child
    assert 'completed' not in child.words, child


def assert_not_kept(child):
    """Work is lost, or the process hangs, or it leaves processes behind."""
    assert child.hung or child.orphaned or (
        child.returncode == 0 and 'completed' not in child.words), child
    assert 'refused' not in child.words, child


def assert_kept(child, outcome=None):
    """The work was completed, or submit raised; *outcome*: which of the two.
    """
    assert child.returncode == 0 and not child.orphaned, child
    assert not child.err, child
    # In any order.  The late work of some programs tells that it began.
    words = set(child.words)
    assert words == {'refused'} or (
        words - {'began'} == {'accepted', 'completed'}), child
    assert outcome is None or outcome in words, child
