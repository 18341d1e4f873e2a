"""Another tool changes thread.py: before it is patched, or since.

Each case gets the name of a function of `tools`.
"""
import state    # which imports variant first

import tools
from gates import tell


def contents(thread, pool):
    return [dict(vars(thread)), dict(vars(pool))] + [
        function.__code__ for function in vars(thread).values()
        if hasattr(function, '__code__')]


def came_before(tool):
    from concurrent.futures import thread
    pool = thread.ThreadPoolExecutor
    getattr(tools, tool)(thread)
    before = contents(thread, pool), state.codes()
    import backport
    backport.activate()
    backport.deactivate()
    backport.activate()
    assert contents(thread, pool) == before[0]
    assert state.same(state.codes(), before[1])
    print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())


def came_while_it_was_off(tool):
    import backport
    from concurrent.futures import thread
    backport.deactivate()
    getattr(tools, tool)(thread)
    before = state.codes()
    backport.activate()
    assert state.same(before, state.codes())
    print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())


def came_while_it_was_on(tool):
    import backport
    from concurrent.futures import thread
    getattr(tools, tool)(thread)
    before = state.codes()
    record = backport.deactivate()[0]
    tell(record.state)
    assert state.same(before, state.codes())
    print(record.reason)


def keeps_it_in_a_closure(order):
    if order == 'backport first':
        import backport
    from concurrent.futures import thread
    submit = thread.ThreadPoolExecutor.submit
    tools.keep_in_a_closure(thread)
    import backport     # noqa: F811
    tell(state.folder(submit.__code__))
    backport.require()
    print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())


def wrapped_in_place():
    import backport
    from concurrent.futures import thread
    tools.wrap_in_place(thread)
    before = state.codes()
    for record in backport.status()[0], backport.deactivate()[0]:
        tell(record.state)
        assert record.reason.endswith(
            '; another tool has wrapped the patched code in place'), record
    backport.activate()
    assert state.same(before, state.codes())
    print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())


state.main(globals())
