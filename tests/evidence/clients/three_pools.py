"""What a server of greenlets does: its requests are jobs for three pools.

To be imported after `order.follow`, which patches and imports in some order.
"""
import time
from concurrent.futures import ThreadPoolExecutor

pools = [ThreadPoolExecutor(2) for _ in range(3)]


def double(n):
    time.sleep(0.001)
    return 2 * n


def handle(connection, address):
    n = int(connection.recv(100))
    result = pools[n % 3].submit(double, n).result()
    connection.sendall(b'%d' % result)
    connection.close()
