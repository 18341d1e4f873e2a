"""Little programs that run on multiprocessing as it is, and on the models.

    python model_programs.py real|model NAME

Prints what the program of that name sees, as JSON: the same.
"""
import atexit
import json
import os
import signal
import sys
import time

if sys.argv[1] == 'model':
    import explorer
    import process_world    # puts the models in place
    from scheduler import SCHEDULER

import multiprocessing as mp                            # noqa: E402
import threading                                        # noqa: E402
from concurrent.futures import _base, process           # noqa: E402
from multiprocessing import util                        # noqa: E402
from multiprocessing.connection import wait             # noqa: E402


def outcome(function, *args):
    """Return what came of a call, as text."""
    try:
        return repr(function(*args))
    except Exception as exc:
        return '%s %s' % (type(exc).__name__, getattr(exc, 'errno', ''))


def is_ready(thing):
    return bool(wait([thing], 0))


def start(function, *args):
    worker = mp.Process(target=function, args=args)
    worker.start()
    return worker


def pipes():
    reader, writer = mp.Pipe(duplex=False)
    yield reader.poll(), is_ready(reader)
    writer.send_bytes(b'one')
    writer.send_bytes(b'')
    yield is_ready(reader), reader.recv_bytes(), reader.recv_bytes()
    yield outcome(reader.send_bytes, b''), outcome(writer.recv_bytes)
    writer.close()
    writer.close()
    yield reader.poll(), is_ready(reader), outcome(reader.recv_bytes)
    yield outcome(writer.send_bytes, b''), outcome(writer.fileno)
    reader.close()
    yield outcome(reader.poll), outcome(is_ready, reader)
    reader, writer = mp.Pipe(duplex=False)
    reader.close()
    yield outcome(writer.send_bytes, b'')


def pipes_being_closed():
    """What a thread meets while another closes a connection."""
    reader, writer = mp.Pipe(duplex=False)
    os.close(writer.fileno())
    yield outcome(writer.send_bytes, b''), outcome(os.close, writer.fileno())
    os.close(reader.fileno())
    yield is_ready(reader), outcome(reader.recv_bytes)
    writer._handle = reader._handle = None
    yield outcome(writer._send, b'x'), outcome(reader._recv, 1)


def full_pipe():
    def send():
        for _ in range(17):
            writer.send_bytes(bytes(4092))  # and four for their length
            sent.append(True)
            if len(sent) == 16:
                nearly.set()

    reader, writer = mp.Pipe(duplex=False)
    sent, nearly = [], threading.Event()
    thread = threading.Thread(target=send)
    thread.start()
    nearly.wait()
    time.sleep(0.2)
    yield len(sent), thread.is_alive()
    reader.recv_bytes()
    thread.join()
    yield len(sent)


def queues():
    items = mp.Queue(2)
    yield outcome(items.get_nowait), items.full()
    items.put('a')
    items.put('b')
    yield items.full(), outcome(items.put_nowait, 'c')
    yield items.get(), items.full(), items.get(), outcome(items.get_nowait)
    yield outcome(items._sem.release), items.put('last'), items.get()
    feeder = items._thread
    items.close()
    items.join_thread()
    yield feeder.is_alive(), outcome(items.put, 'late'), outcome(
        items._reader.fileno), outcome(items._writer.fileno)


def full_queue():
    """put() waits until another process gets an item."""
    items, go_on = mp.Queue(1), mp.SimpleQueue()
    worker = start(_get_two, items, go_on)
    items.put(1)
    go_on.put(True)
    items.put(2)
    worker.join()
    yield items.full(), worker.exitcode


def _get_two(items, go_on):
    go_on.get()
    items.get()
    items.get()


def processes():
    calls, results = mp.SimpleQueue(), mp.SimpleQueue()
    worker = start(_echo, calls, results)
    yield worker.is_alive(), is_ready(worker.sentinel), worker.exitcode
    yield worker in mp.active_children(), calls.empty()
    calls.put('work')
    item, process_id = results.get()
    yield item, process_id == worker.pid, process_id == os.getpid()
    wait([worker.sentinel])
    worker.join()
    yield worker.is_alive(), is_ready(worker.sentinel), worker.exitcode
    yield mp.active_children(), outcome(os.waitpid, worker.pid, 0), outcome(
        os.kill, worker.pid, signal.SIGTERM)


def _echo(calls, results):
    results.put((calls.get(), os.getpid()))


def copies():
    """A worker has file descriptors of its own, which end with it."""
    calls, results = mp.SimpleQueue(), mp.SimpleQueue()
    worker = start(_close_and_wait, calls, results)
    results._writer.close()
    results.get()
    yield calls._writer.closed, results.empty(), outcome(calls.put, 'go')
    worker.join()
    yield results.empty(), outcome(results.get)
    calls._reader.close()
    yield outcome(calls.put, 'late')


def _close_and_wait(calls, results):
    calls._writer.close()
    results.put('closed')
    calls.get()


def killed():
    """One that waits for work has the lock of the queue, and keeps it."""
    calls, results = mp.Queue(), mp.SimpleQueue()
    workers = [start(_get_for_ever, calls, results) for _ in range(2)]
    yield results.get(), results.get()
    while calls._rlock.acquire(False):
        calls._rlock.release()
    for worker in workers:
        worker.terminate()
        wait([worker.sentinel])
        worker.join()
        yield worker.exitcode, worker.is_alive()
    yield calls._rlock.acquire(False), outcome(calls.get_nowait)


def _get_for_ever(calls, results):
    results.put('ready')
    calls.get()


def dying():
    for function in _raise, _kill_itself:
        worker = start(function)
        wait([worker.sentinel])
        worker.join()
        yield worker.exitcode


def _raise():
    sys.stderr = open(os.devnull, 'w')
    raise ValueError


def _kill_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def wakeups():
    wakeup = process._ThreadWakeup()
    yield is_ready(wakeup._reader)
    wakeup.wakeup()
    wakeup.wakeup()
    yield is_ready(wakeup._reader)
    wakeup.clear()
    yield is_ready(wakeup._reader)
    wakeup.close()
    yield outcome(wakeup.wakeup), outcome(wakeup.clear)


def safe_queue():
    """What cannot be pickled fails its future, and gives its place up."""
    item = process._WorkItem(_base.Future(), None, (), {})
    calls = process._SafeQueue(1, ctx=mp.get_context(),
                               pending_work_items={7: item})
    calls.put(process._CallItem(7, lambda: None, (), {}))
    yield type(item.future.exception()).__name__, calls.pending_work_items
    yield outcome(calls.put, 'next'), calls.get(), calls.full()


def exit_handler():
    """multiprocessing's: it ends daemons, and joins the others."""
    calls, results = mp.Queue(), mp.SimpleQueue()
    worker = start(_echo, calls, results)
    daemon = mp.Process(target=_echo, args=(mp.SimpleQueue(), results))
    daemon.daemon = True
    daemon.start()
    calls.put('work')
    util._exit_function()
    yield worker.exitcode, daemon.exitcode, mp.active_children()
    yield calls._thread.is_alive(), results.get()[0]


def main(which, name):
    seen = []

    def see():
        seen.extend(globals()[name]())

    if which == 'real':
        see()
    else:
        SCHEDULER.reset()
        explorer._reset_modules()
        process_world.reset()
        atexit.unregister(util._exit_function)      # it would run on models
        task = SCHEDULER.spawn(see, is_worker=False)
        SCHEDULER.run()
        assert task.done and not task.error, task.error
    print(json.dumps(seen, default=repr))


if __name__ == '__main__':
    main(*sys.argv[1:])
