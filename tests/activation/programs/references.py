"""The program holds submit, or another tool has put a wrapper around it."""
import variant

import functools
import sys

import state
from gates import tell


def runs(call):
    """Tell which folder's submit, and start of workers, *call* runs last."""
    def profile(frame, event, arg):
        if event == 'call' and frame.f_code.co_name in (
                'submit', '_adjust_thread_count'):
            ran[frame.f_code.co_name] = frame.f_code

    ran = {}
    sys.setprofile(profile)
    try:
        future = call()
    finally:
        sys.setprofile(None)
    assert future.result() == 3
    for name in 'submit', '_adjust_thread_count':
        tell(state.folder(ran[name]))


# Each reference is taken when the function is called; it returns how submit is
# called.

def the_class():
    from concurrent.futures import ThreadPoolExecutor
    return lambda: ThreadPoolExecutor(1).submit(len, 'abc')


def function():
    from concurrent.futures import ThreadPoolExecutor
    submit = ThreadPoolExecutor.submit
    return lambda: submit(ThreadPoolExecutor(1), len, 'abc')


def bound_method():
    from concurrent.futures import ThreadPoolExecutor
    submit = ThreadPoolExecutor(1).submit
    return lambda: submit(len, 'abc')


def method_of_a_subclass():
    from concurrent.futures import ThreadPoolExecutor

    class Pool(ThreadPoolExecutor):
        def submit(self, fn, *args):
            return super().submit(fn, *args)

        def _adjust_thread_count(self):
            super()._adjust_thread_count()

    submit = Pool(1).submit
    return lambda: submit(len, 'abc')


def copy_in_a_subclass():
    from concurrent.futures import ThreadPoolExecutor

    class Pool(ThreadPoolExecutor):
        submit = start = ThreadPoolExecutor.submit

    return lambda: Pool(1).start(len, 'abc')


def partial():
    from concurrent.futures import ThreadPoolExecutor
    submit = functools.partial(ThreadPoolExecutor(1).submit, len)
    return lambda: submit('abc')


def taken_before(reference, switch):
    call = globals()[reference]()
    state.activate(switch)
    runs(call)


def taken_while_patched(reference):
    import backport
    call = globals()[reference]()
    runs(call)
    backport.deactivate()
    runs(call)
    runs(globals()[reference]())


# Each puts a wrapper around submit.

def functools_wraps():
    from concurrent.futures import ThreadPoolExecutor
    wrapped = ThreadPoolExecutor.submit

    @functools.wraps(wrapped)
    def submit(*args, **kwargs):
        tell('wrapper')
        return wrapped(*args, **kwargs)

    ThreadPoolExecutor.submit = submit


def wrapper(wrapped, instance, args, kwargs):
    tell('wrapper')
    return wrapped(*args, **kwargs)


def wrapt():
    import wrapt
    wrapt.wrap_function_wrapper(
        'concurrent.futures', 'ThreadPoolExecutor.submit', wrapper)


def wrapt_on_import():
    import wrapt

    @wrapt.when_imported('concurrent.futures.thread')
    def wrap(module):
        wrapt.wrap_function_wrapper(module, 'ThreadPoolExecutor.submit',
                                    wrapper)


def wrapped(wrap, order, switch):
    if order == 'wrapper first':
        globals()[wrap]()
    state.activate(switch)
    if order == 'backport first':
        globals()[wrap]()
    runs(the_class())


def wrapped_and_deactivated(wrap):
    globals()[wrap]()
    the_class()     # it is loaded, and wrapped, before it is patched
    import backport
    tell(backport.deactivate()[0].state)
    runs(the_class())


variant.main(globals())
