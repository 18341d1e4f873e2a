"""A plugin for pytest: writes down the outcomes, the submits and the patch.

They are written to the file that SUITES_RESULT names, as JSON.
"""
import json
import os
from concurrent.futures import process, thread

import pytest

SUBMITS = [0]
WORST = {'failed': 2, 'skipped': 1, 'passed': 0}
OUTCOMES = {}       # test -> the worst outcome of its set-up, call, tear-down


def count(module):
    """Count work items: each submit makes one, a replaced submit as well."""
    init = module._WorkItem.__init__

    def counted(*args, **kwargs):
        SUBMITS[0] += 1
        init(*args, **kwargs)

    module._WorkItem.__init__ = counted


def pytest_collectstart(collector):
    """Make a class for each scenario of testscenarios, as pytest does not."""
    if not isinstance(collector, pytest.Module):
        return
    module = collector.obj
    for name, test in list(vars(module).items()):
        if isinstance(test, type) and getattr(test, 'scenarios', None):
            for number, (_, values) in enumerate(test.scenarios):
                setattr(module, 'Test%s_%d' % (name, number), type(
                    name, (test,), dict(values, scenarios=[], __test__=True)))
            test.__test__ = False


def pytest_runtest_logreport(report):
    outcome = report.outcome
    if hasattr(report, 'wasxfail'):
        outcome = 'skipped'
    OUTCOMES[report.nodeid] = max(
        outcome, OUTCOMES.get(report.nodeid, 'passed'), key=WORST.get)
    write()     # The next test may hang.


def pytest_sessionfinish():
    write()


def write():
    path = os.environ['SUITES_RESULT']
    with open(path + '.new', 'w') as file:
        json.dump({
            'outcomes': OUTCOMES, 'submits': SUBMITS[0],
            'patched': all(hasattr(module, '_backport')
                           for module in (process, thread))}, file)
    os.replace(path + '.new', path)


count(process)
count(thread)
