"""Runs one of the losses of `verify`, and writes down what each thread does.

    python child.py FILE LOSS off|on

The program is the installed package's _scenarios.py, as it is.  A profile
function sees every call and return; what matters is appended to FILE as it
happens, a JSON list on a line: [CLOCK_MONOTONIC in seconds, process id, thread
id, "call" or "return", what].  Worker processes inherit it with the fork.
"""
import importlib.util
import json
import os
import sys
import threading
import time

# Found, not imported: that is the program's business.
SCENARIOS = os.path.join(os.path.dirname(
    importlib.util.find_spec('backport').origin), 'commands', '_scenarios.py')

#: Functions that are written down, by the end of their file's name; the
#: patched ones carry the names of the stock ones.
FUNCTIONS = {
    'threading.py': {'_shutdown'},
    'multiprocessing/util.py': {'_exit_function'},
    'concurrent/futures/thread.py': {'submit', '_worker', '_python_exit'},
    'concurrent/futures/process.py': {
        'submit', '_python_exit', '_process_worker',
        '_queue_management_worker', '_start_queue_management_thread'},
    'backport/_exit.py': {'declare', '_wait', '_tell', 'refusal'},
    'commands/_scenarios.py': {'late', 'wait_for_the_submitter'},
}
PATCHES = {'submit', '_python_exit', '_start_queue_management_thread'}

#: Calls that are written down if these functions make them, as "callee of
#: caller": Python's, and those into C.
CALLS = {
    '_python_exit': {'put', 'wakeup', 'join', 'items'},
    'submit': {'put', '__setitem__'},
    '_adjust_thread_count': {'start', '__setitem__'},
    '_start_queue_management_thread': {'start', '__setitem__',
                                       '_adjust_process_count'},
    '_exit_function': {'join'},
}

#: Functions of ours that make such calls -> the stock ones that make them.
STOCK = {('_exit.py', '_join'): '_python_exit',
         ('_exit.py', 'start'): '_adjust_thread_count',
         ('process_3_6.py', 'start'): '_start_queue_management_thread',
         ('process_3_7.py', 'start'): '_start_queue_management_thread',
         ('process_3_7.py', 'wake'): '_python_exit',
         ('thread_3_7.py', '<lambda>'): '_python_exit'}


def what(frame, event, argument):
    """Return the name under which a call or return is written down, or None."""
    if event.startswith('c_'):
        name, caller = argument.__name__, frame
    else:
        name, caller = frame.f_code.co_name, frame.f_back
        if name == 'gated_method':
            name = frame.f_locals['method']     # what the gate is in front of
        for end in FUNCTIONS:
            if path(frame).endswith('/' + end) and name in FUNCTIONS[end]:
                return name
        if '/patches/' in path(frame) and name in PATCHES:
            return name
    if caller is not None:
        code = caller.f_code
        caller = STOCK.get((os.path.basename(code.co_filename), code.co_name),
                           code.co_name)
        # Functions of ours are called start as well.
        if name in CALLS.get(caller, ()) and (
                event.startswith('c_') or '/backport/' not in path(frame)):
            return '%s of %s' % (name, caller)
    return None


def path(frame):
    return frame.f_code.co_filename


def profile(frame, event, argument):
    name = what(frame, event, argument)
    if name is not None:
        word = 'call' if event.endswith('call') else 'return'
        os.write(FILE, (json.dumps([
            time.monotonic(), os.getpid(), threading.get_ident(), word, name])
            + '\n').encode())


if __name__ == '__main__':
    FILE = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
    sys.argv[:] = [SCENARIOS] + sys.argv[2:]
    sys.path[0] = os.path.dirname(SCENARIOS)
    __file__ = SCENARIOS
    with open(SCENARIOS, 'rb') as source:
        code = compile(source.read(), SCENARIOS, 'exec')
    threading.setprofile(profile)
    sys.setprofile(profile)
    # Not by runpy: workers find functions by name in the main module.
    exec(code)
