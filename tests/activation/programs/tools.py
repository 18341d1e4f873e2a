"""What other tools do to thread.py: each function gets the module.

Code that is put into a function of thread.py has the globals of thread.py.
"""
import types


def code_of_submit(thread):
    submit = thread.ThreadPoolExecutor.submit
    thread.kept = types.FunctionType(submit.__code__, vars(thread))
    submit.__code__ = (
        lambda *args, **kw: globals()['kept'](*args, **kw)).__code__


def code_of_the_exit_handler(thread):
    thread._python_exit.__code__ = (lambda: None).__code__


def code_of_a_worker(thread):
    thread.kept = types.FunctionType(thread._worker.__code__, vars(thread))
    thread._worker.__code__ = (lambda *args: globals()['kept'](*args)).__code__


def submit_itself(thread):
    thread.kept = thread.ThreadPoolExecutor.submit
    thread.ThreadPoolExecutor.submit = (
        lambda *args, **kw: thread.kept(*args, **kw))


def keep_in_a_closure(thread):
    """As opencensus-ext-threading wraps it."""
    def wrap(submit_func):
        def call(self, work_func, *args, **kwargs):
            return submit_func(self, work_func, *args, **kwargs)
        return call

    thread.ThreadPoolExecutor.submit = wrap(thread.ThreadPoolExecutor.submit)


def the_class(thread):
    class ThreadPoolExecutor(thread.ThreadPoolExecutor):
        pass

    thread.ThreadPoolExecutor = ThreadPoolExecutor


def wrap_in_place(thread):
    """As ddtrace wraps a function."""
    submit = thread.ThreadPoolExecutor.submit
    submit.kept = types.FunctionType(submit.__code__, vars(thread))
    submit.__code__ = (lambda *args: globals()[
        'ThreadPoolExecutor'].submit.kept(*args)).__code__
