"""Imports backport on an interpreter that has upstream's fix."""
import variant

import sys


def nothing_is_done():
    before, finders = set(sys.modules), list(sys.meta_path)
    import backport
    assert set(sys.modules) - before == {
        'backport', 'backport._api', 'backport._finder'}
    assert sys.meta_path == finders
    from concurrent.futures import thread
    assert not hasattr(thread, '_backport')
    code = thread.ThreadPoolExecutor.submit.__code__
    assert 'backport' not in code.co_filename
    backport.activate()
    assert backport.require() is None
    record, other = backport.status()
    assert backport.deactivate() == (record, other)
    assert other.state == record.state
    print(record.state)
    print(record.reason)


variant.main(globals())
