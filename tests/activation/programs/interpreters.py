"""Tells what is said on interpreters that are not what they seem to be."""
import variant

import backport


def told(pools):
    if pools == 'loaded':
        import concurrent.futures.thread
        import concurrent.futures.process   # noqa: F401
    for record in backport.status():
        print('%s: %s' % (record.state, record.reason))
    try:
        print(backport.require())
    except RuntimeError as exc:
        print(exc)


variant.main(globals())
