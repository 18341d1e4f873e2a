"""Programs that do what the runner of tests/evidence/stress must see.

    python misbehaves.py CASE

A case is a function of this file.
"""
import os
import signal
import sys
import time


def nothing():
    print('accepted 1\nbegan 1\ncompleted 1\nrefused 2')


def crashed():
    print('accepted 1', flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)


def hung():
    print('accepted 1', flush=True)
    time.sleep(60)


def lost():
    print('accepted 1\naccepted 2\ncompleted 2\nstatus 0')


def refused_but_ran():
    print('refused 1\nbegan 1\ncompleted 1')


def orphans():
    if os.fork() == 0:
        time.sleep(60)


def status():
    sys.exit(3)


def stderr():
    sys.stderr.write('something')


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def child_crashed():
    if os.fork() == 0:
        crash()
    print('status', os.wait()[1])


def child_crashed_and_was_not_waited_for():
    if os.fork() == 0:
        crash()
    time.sleep(1)


def worker_crashed():
    from concurrent.futures import ProcessPoolExecutor
    try:
        ProcessPoolExecutor(1).submit(crash).result()
    except Exception:
        pass


def child_crashed_and_it_hung():
    if os.fork() == 0:
        crash()
    time.sleep(60)


globals()[sys.argv[1]]()
