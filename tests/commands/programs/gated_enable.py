"""`python -m backport enable`, held up after it has seen that it is off.

Then it prints "seen", and goes on when it reads a line.
"""
import sys

from backport.commands import _enable, _environment

fresh = _environment.fresh


def gated(**options):
    answer = fresh(**options)
    print('seen', flush=True)
    sys.stdin.readline()
    _environment.fresh = fresh
    return answer


_environment.fresh = gated
sys.exit(_enable.main('enable', 'pth'))
