"""Little programs that run on multiprocessing as it is, and on the models.

    python model_programs.py real|model

Prints what each of them saw, as JSON.  They must see the same.
"""
import json
import os
import signal
import sys

if sys.argv[1] == 'model':
    import process_scenarios    # noqa: F401  puts the models in place
    import system
    from scheduler import SCHEDULER

import multiprocessing as mp                            # noqa: E402
import threading                                        # noqa: E402
from concurrent.futures import _base, process           # noqa: E402
from multiprocessing import connection, util            # noqa: E402

NEW = sys.version_info >= (3, 7)


def outcome(function, *args):
    """Return what came of a call, as text."""
    try:
        return repr(function(*args))
    except Exception as exc:
        return '%s %s' % (type(exc).__name__, getattr(exc, 'errno', ''))


def ready(*things):
    return [thing in connection.wait(things, 0) for thing in things]


def pipe():
    reader, writer = mp.Pipe(duplex=False)
    yield reader.poll(), ready(reader)
    writer.send_bytes(b'one')
    writer.send_bytes(b'')
    yield ready(reader), outcome(reader.recv_bytes), reader.poll()
    yield outcome(reader.recv_bytes), reader.poll()
    yield outcome(reader.send_bytes, b''), outcome(writer.recv_bytes)
    writer.close()
    writer.close()
    yield reader.poll(), ready(reader), outcome(reader.recv_bytes)
    yield outcome(writer.send_bytes, b''), outcome(writer.fileno)
    reader.close()
    yield outcome(reader.poll), outcome(ready, reader)
    reader, writer = mp.Pipe(duplex=False)
    reader.close()
    yield outcome(writer.send_bytes, b'')


def closed_descriptors():
    """What a thread meets while another closes a connection."""
    reader, writer = mp.Pipe(duplex=False)
    os.close(writer.fileno())
    yield outcome(writer.send_bytes, b''), outcome(os.close, writer.fileno())
    os.close(reader.fileno())
    yield ready(reader), outcome(reader.recv_bytes)
    writer._handle = reader._handle = None
    yield outcome(writer._send, b'x'), outcome(reader._recv, 1)


def full_pipe():
    reader, writer = mp.Pipe(duplex=False)
    sent = []

    def send():
        for _ in range(20):
            writer.send_bytes(bytes(4092))
            sent.append(True)

    thread = threading.Thread(target=send)
    thread.start()
    thread.join(0.5)
    yield thread.is_alive(), len(sent)
    for _ in range(20):
        reader.recv_bytes()
    thread.join()
    yield len(sent), reader.poll()


def queue():
    items = mp.Queue(2)
    yield outcome(items.get_nowait), items.full()
    items.put('a')
    items.put('b')
    yield items.full(), outcome(items.put_nowait, 'c')
    yield items.get(), items.full(), items.get(), outcome(items.get_nowait)
    yield outcome(items.put, 'd'), items.get(), outcome(items._sem.release)
    feeder = items._thread
    items.close()
    items.join_thread()
    yield feeder.is_alive(), outcome(items.put, 'e')
    yield outcome(items._reader.fileno), outcome(items._writer.fileno)


def full_queue():
    """put() waits until another process gets an item."""
    items, answers = mp.Queue(1), mp.SimpleQueue()
    worker = mp.Process(target=_take_two, args=(items, answers))
    worker.start()
    items.put(1)
    answers.put('go')
    items.put(2)
    worker.join()
    yield items.full(), worker.exitcode


def _take_two(items, answers):
    answers.get()
    items.get()
    items.get()


def simple_queues():
    calls, results = mp.SimpleQueue(), mp.SimpleQueue()
    worker = mp.Process(target=_echo, args=(calls, results))
    yield outcome(worker.is_alive), worker.pid, worker.exitcode
    worker.start()
    yield calls.empty(), worker.is_alive(), ready(worker.sentinel)
    yield worker.exitcode, worker in mp.active_children()
    calls.put('work')
    item, worker_id = results.get()
    yield item, worker_id == worker.pid, worker_id == os.getpid()
    worker.join()
    yield worker.is_alive(), ready(worker.sentinel), worker.exitcode
    yield mp.active_children(), outcome(os.waitpid, worker.pid, 0)
    yield outcome(os.kill, worker.pid, signal.SIGTERM)


def _echo(calls, results):
    results.put((calls.get(), os.getpid()))


def killed():
    """As it waits for work, it has the lock of the queue."""
    calls, results = mp.Queue(), mp.SimpleQueue()
    workers = [mp.Process(target=_get_for_ever, args=(calls, results))
               for _ in range(2)]
    for worker in workers:
        worker.start()
    results.get()
    results.get()
    calls.put('work')
    first = results.get()
    # Both are about to wait, and one of them with the lock.
    while calls._rlock.acquire(False):
        calls._rlock.release()
    yield [worker.is_alive() for worker in workers], first
    for worker in workers:
        worker.terminate()
        connection.wait([worker.sentinel])
        worker.join()
    yield [worker.exitcode for worker in workers]
    yield calls._rlock.acquire(False), outcome(calls.get_nowait)


def _get_for_ever(calls, results):
    results.put('ready')
    while True:
        results.put(calls.get())


def dying():
    for function in _raise, _kill_itself:
        worker = mp.Process(target=function)
        worker.start()
        connection.wait([worker.sentinel])
        worker.join()
        yield worker.exitcode, worker.is_alive()


def _raise():
    sys.stderr = open(os.devnull, 'w')
    raise ValueError


def _kill_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def copies():
    """A worker has file descriptors of its own."""
    calls, results = mp.SimpleQueue(), mp.SimpleQueue()
    worker = mp.Process(target=_close_and_wait, args=(calls, results))
    worker.start()
    results._writer.close()
    results.get()
    yield calls._writer.closed, outcome(calls.put, 'go'), results._reader.poll()
    worker.join()
    yield results._reader.poll(), outcome(results.get)
    calls._reader.close()
    yield outcome(calls.put, 'late')


def _close_and_wait(calls, results):
    calls._writer.close()
    results.put('closed')
    calls.get()


def thread_wakeup():
    wakeup = process._ThreadWakeup()
    yield ready(wakeup._reader)
    wakeup.wakeup()
    wakeup.wakeup()
    yield ready(wakeup._reader)
    wakeup.clear()
    yield ready(wakeup._reader)
    wakeup.close()
    yield outcome(wakeup.wakeup), outcome(wakeup.clear)


def safe_queue():
    item = process._WorkItem(_base.Future(), None, (), {})
    calls = process._SafeQueue(1, ctx=mp.get_context(),
                               pending_work_items={7: item})
    calls.put(process._CallItem(7, lambda: None, (), {}))
    yield type(item.future.exception()).__name__, calls.pending_work_items
    yield outcome(calls.put, 'next'), calls.get(), calls.full()


def exit_handler():
    """multiprocessing's: it ends daemons and joins the others."""
    calls, results = mp.Queue(), mp.SimpleQueue()
    worker = mp.Process(target=_echo, args=(calls, results))
    daemon = mp.Process(target=_echo, args=(mp.SimpleQueue(), results))
    daemon.daemon = True
    worker.start()
    daemon.start()
    calls.put('work')
    util._exit_function()
    yield worker.exitcode, daemon.exitcode, mp.active_children()
    yield calls._thread.is_alive(), results.get()[0]


PROGRAMS = [pipe, closed_descriptors, full_pipe, queue, full_queue,
            simple_queues, killed, dying, copies, exit_handler]
if NEW:
    PROGRAMS[-1:-1] = [thread_wakeup, safe_queue]


def main():
    seen = {}
    for program in PROGRAMS:
        if sys.argv[1] == 'real':
            seen[program.__name__] = list(program())
            continue
        SCHEDULER.reset()
        process_scenarios.make_world()
        task = SCHEDULER.spawn(
            lambda: seen.__setitem__(program.__name__, list(program())))
        SCHEDULER.run()
        if task.error is not None:
            raise task.error
        assert task.done, program
    print(json.dumps(seen, default=repr))


if __name__ == '__main__':
    main()
