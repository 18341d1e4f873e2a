"""sentry-sdk: the scope reaches the workers; events go to a server."""
import gzip
import json

import order
from loopback import serve

events = []


def ingest(path, headers, body):
    if headers.get('Content-Encoding') == 'gzip':
        body = gzip.decompress(body)
    for line in body.splitlines():
        item = json.loads(line.decode())
        if 'message' in item:
            events.append((item['message'], item['tags']['customer']))
    return '{}'


url = serve(ingest)

import sentry_sdk
from sentry_sdk.integrations.threading import ThreadingIntegration

order.follow(instrument=lambda: sentry_sdk.init(
    url.replace('://', '://key@') + '/1', default_integrations=False,
    integrations=[ThreadingIntegration(propagate_scope=True)]))

from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(2)
for n in range(5):
    with sentry_sdk.new_scope() as scope:
        scope.set_tag('customer', str(n))
        futures = [pool.submit(sentry_sdk.capture_message, 'message %d' % n)
                   for _ in range(4)]
        for future in futures:
            future.result()
sentry_sdk.flush(30)
for event in sorted(events):
    print(*event)


def last():
    print('submitted last', sentry_sdk.get_current_scope()._tags)


with sentry_sdk.new_scope() as scope:
    scope.set_tag('customer', 'last')
    pool.submit(last)
