"""The mark of the tests that need what Windows does not have."""
import ctypes

import pytest

from children import WINDOWS


def needs(what):
    """Return a mark: Windows has no *what*."""
    return pytest.mark.skipif(WINDOWS, reason='Windows has no ' + what)


#: For a process that sends itself, or its child, a signal that is handled.
needs_signals = needs('signals that one process sends to another')
needs_fork = needs('fork')

#: Whether this is Wine, which is not in all things as Windows is.
WINE = WINDOWS and hasattr(ctypes.windll.ntdll, 'wine_get_version')
