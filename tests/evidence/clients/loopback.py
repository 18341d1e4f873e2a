"""HTTP servers on loopback, for clients that need somebody to talk to."""
import http.server
import socket
import socketserver
import subprocess
import sys
import threading
import urllib.request

from gates import tell, until


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        # A client that exits does not wait for its answer.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def serve(answer, **more_headers):
    """Answer each request with *answer*(path, headers, body); return the URL.

    The server's threads are daemons and belong to no pool.
    """
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get('Content-Length', 0))
            body = answer(self.path, self.headers,
                          self.rfile.read(length)).encode()
            self.send_response(200)
            self.send_header('Content-Length', str(len(body)))
            for name, value in more_headers.items():
                self.send_header(name.replace('_', '-'), value)
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_POST = do_PUT = do_GET

        def log_message(self, *args):
            pass

    server = Server(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return 'http://127.0.0.1:%d' % server.server_port


def fetch(url, headers={}):
    """Return the body of the answer, as text."""
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read().decode()


def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def drive(*command, stop):
    """Start a server by ``python -m``, fetch from it, stop it by a signal.

    ``late`` on the command line: fetch "/late" only.
    """
    # The server's application must have imported late before.
    from concurrent.futures import ThreadPoolExecutor
    port = free_port()
    server = subprocess.Popen([sys.executable, '-m'] + [
        word.format(port=port) for word in command])
    url = 'http://127.0.0.1:%d/' % port

    def is_up():
        try:
            return fetch(url)
        except OSError:
            return False

    until(is_up, 60)
    if 'late' in sys.argv:
        fetch(url + 'late')
    else:
        with ThreadPoolExecutor(8) as clients:
            print(*clients.map(lambda n: fetch(url + str(n)), range(30)))
    server.send_signal(stop)
    sys.stdout.flush()
    tell('status %d' % server.wait())
