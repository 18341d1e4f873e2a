"""Shows what a program can find out about the functions that are replaced."""
import variant

import inspect
import json
import pickle
import pydoc
from concurrent.futures import thread

import state
from gates import tell

pool = thread.ThreadPoolExecutor


def show():
    """Tell all that must be as on stock."""
    for function in state.functions() + [pool(1).submit]:
        tell(inspect.signature(function))
        tell(inspect.getfullargspec(function))
        tell(inspect.getdoc(function))
        for name in ('__name__', '__qualname__', '__module__', '__doc__',
                     '__text_signature__', '__defaults__', '__kwdefaults__',
                     '__annotations__', '__closure__', '__dict__'):
            tell(repr(getattr(function, name, 'none')))
    for function in state.functions():
        tell(pickle.dumps(function))
        tell(pickle.loads(pickle.dumps(function)) is function)
        tell(function.__globals__ is vars(thread))
    tell(pydoc.plain(pydoc.render_doc(pool)))
    tell(sorted(vars(pool)))
    tell(thread.__all__ if hasattr(thread, '__all__') else sorted(
        name for name in vars(thread)
        if 'shutdown_lock' not in name and '_backport' not in name))
    for call in (lambda: pool.submit(), lambda: pool(1).submit(),
                 lambda: pool(1).submit(fn=int).result()):
        try:
            tell(call())
        except TypeError as exc:
            tell(exc)


def source():
    """Print for each function what inspect finds, as JSON.

    Its file; the name that is defined in the first line; whether the lines are
    in that file; and whether they are ours.
    """
    found = []
    for function in state.functions():
        path = inspect.getsourcefile(function)
        lines, first = inspect.getsourcelines(function)
        with open(path) as file:
            there = file.readlines()[first - 1:][:len(lines)]
        found.append([path, lines[0].split('(')[0].split()[-1],
                      there == lines, 'backport' in ''.join(lines)])
    print(json.dumps(found))


def traceback():
    executor = pool(1)
    executor.shutdown()
    executor.submit(int)


variant.main(globals())
