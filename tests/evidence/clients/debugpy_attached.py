"""debugpy: a debugger stops in work items of a process, which then exits.

``late``: work is submitted while that process exits.
"""
import late
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from gates import tell, until
from loopback import free_port

PROGRAM = os.path.abspath(__file__)


def double(n):
    return 2 * n    # the breakpoint


def debuggee():
    # With two workers one would stop while the debugger lets the other go on.
    pool = ThreadPoolExecutor(1)
    if 'late' in sys.argv:
        late.call(pool, lambda: pool.submit(late.work))
    else:
        late.submitted.set()
        print(*pool.map(double, range(6)))
        pool.submit(print, 'submitted last', double(6))


class Debugger:
    """A client of the Debug Adapter Protocol."""

    def __init__(self, port):
        self.numbers = itertools.count(1)
        self.connection = None

        def connected():
            try:
                self.connection = socket.create_connection(('127.0.0.1', port))
            except OSError:
                return False
            return True

        until(connected, 60)
        self.stream = self.connection.makefile('rb')

    def send(self, command, **arguments):
        text = json.dumps({'seq': next(self.numbers), 'type': 'request',
                           'command': command, 'arguments': arguments})
        self.connection.sendall(b'Content-Length: %d\r\n\r\n%s' % (
            len(text), text.encode()))

    def events(self):
        """Yield (name of an event, its body) until the program has ended."""
        for line in self.stream:
            if line.startswith(b'Content-Length:'):
                self.stream.readline()
                message = json.loads(self.stream.read(
                    int(line.split()[1])).decode())
                if message['type'] == 'event':
                    yield message['event'], message.get('body', {})


def main():
    port = free_port()
    err = tempfile.TemporaryFile('w+')
    process = subprocess.Popen([
        sys.executable, '-m', 'debugpy', '--listen', '127.0.0.1:%d' % port,
        '--wait-for-client', PROGRAM, 'debuggee'] + sys.argv[1:],
        stderr=err)
    with open(PROGRAM) as source:
        line, = [n for n, text in enumerate(source, 1)
                 if text.endswith('# the breakpoint\n')]
    debugger = Debugger(port)
    debugger.send('initialize', adapterID='client', pathFormat='path')
    debugger.send('attach', justMyCode=False)
    stops = 0
    for event, body in debugger.events():
        if event == 'initialized':
            debugger.send('setBreakpoints', source={'path': PROGRAM},
                          breakpoints=[{'line': line}])
            debugger.send('configurationDone')
        elif event == 'stopped':
            stops += 1
            debugger.send('continue', threadId=body['threadId'])
        elif event == 'terminated':
            break
    tell('stops %d' % stops)
    tell('status %d' % process.wait())
    err.seek(0)
    # It warns of threads that it meets while they start.
    sys.stderr.writelines(line for line in err
                          if '_get_related_thread' not in line)


if __name__ == '__main__':
    if 'debuggee' in sys.argv:
        debuggee()
    else:
        late.submitted.set()
        main()
