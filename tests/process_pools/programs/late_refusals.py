"""What a late submit to a process pool leaves behind."""
import variant

import atexit
import os
import signal
import time

import process_losses
from gates import Pending, tell, until
from late_submit import inside, kept, submitted
from process_losses import declared


def at_the_end(function):
    """Have *function* called when the late submit is over, in an exit handler
    that runs after those of the pools, which are not loaded yet."""
    atexit.register(lambda: submitted.wait() and function())


def counts(loss):
    """Tell what the exit report has: starts waited for, submits refused."""
    at_the_end(lambda: print(process_losses.process._backport.waits,
                             process_losses.process._backport.refusals))
    process_losses.force(loss, 'daemon_thread')


def nothing():
    """Tell whether the manager and the work item are still there."""
    def look():
        executor, = kept
        tell(executor._queue_management_thread.is_alive())
        tell(len(executor._pending_work_items))

    def held_up(work_id):
        if work_id:
            inside.set()
            until(declared)

    at_the_end(look)
    executor = process_losses.load().ProcessPoolExecutor(1)
    executor._pending_work_items = Pending(held_up)
    executor.submit(int).result()
    process_losses.submit(executor)


def broken_pool(moment):
    """A worker is killed: the pool breaks `before` or `while` the late submit
    goes on."""
    def held_up():
        inside.set()
        until(declared)
        os.kill(list(executor._processes)[0], signal.SIGTERM)
        if moment == 'before':      # the manager has failed the work items
            until(lambda: not executor._pending_work_items)
        else:                       # it may be at it
            until(lambda: executor._broken)

    class HeldUpAfterPut(dict):
        def __setitem__(self, work_id, work_item):
            super().__setitem__(work_id, work_item)
            if work_id:
                held_up()

    executor = process_losses.load().ProcessPoolExecutor(2)
    executor._pending_work_items = HeldUpAfterPut()
    blocked = executor.submit(time.sleep, 60)
    until(blocked.running)
    process_losses.submit(executor)


variant.main(globals())
