"""Threads that switch as often as they can turn the patch on and off."""
import variant

import sys
import threading
import time
import warnings
from concurrent.futures import thread

import backport
import state
from gates import tell

failures = []


def loop(function, seconds):
    """Call a function again and again until *seconds* are over."""
    end = time.monotonic() + seconds
    try:
        while not failures:
            function()
            # >=: Windows' clock may not have ticked.
            if time.monotonic() >= end:
                break
    except Exception as exc:
        failures.append(repr(exc))


def run(seconds, *functions):
    threads = [threading.Thread(target=loop, args=(function, seconds))
               for function in functions]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def on_and_off():
    warnings.simplefilter('error')
    states = {'patches': 'applied', 'futures': 'disabled'}
    for _ in range(5):
        run(0.5, backport.activate, backport.deactivate, backport.deactivate,
            backport.status, backport.activate)
        assert not failures, failures
        assert backport.status()[0].state == states[state.live()]
        for function, live in ((backport.deactivate, 'futures'),
                               (backport.activate, 'patches')):
            function()
            assert state.live() == live
            assert backport.status()[0].state == states[live]
    print(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())


def naive():
    """Version 0.1.0 took its finder out."""
    def take_out():
        finders = [finder for finder in sys.meta_path
                   if getattr(finder, 'is_of_backport', False)]
        barrier.wait()
        for finder in finders:
            sys.meta_path.remove(finder)

    barrier = threading.Barrier(2)
    run(0, take_out, take_out)
    tell(failures)


sys.setswitchinterval(1e-6)
variant.main(globals())
