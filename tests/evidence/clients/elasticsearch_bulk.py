"""elasticsearch's parallel_bulk, in threads, against a server of our own."""
import json
import threading
from concurrent.futures import ThreadPoolExecutor

from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk
from loopback import serve

indexed, lock = set(), threading.Lock()


def answer(path, headers, body):
    lines = [json.loads(line) for line in body.decode().splitlines()]
    with lock:
        indexed.update(line['n'] for line in lines[1::2])
    return json.dumps({'errors': False, 'items': [
        {'index': {'_id': action['index']['_id'], 'status': 201}}
        for action in lines[::2]]})


client = Elasticsearch(serve(answer, X_Elastic_Product='Elasticsearch',
                             Content_Type='application/json'))
actions = [{'_index': 'index', '_id': str(n), 'n': n} for n in range(200)]
print(sum(ok for ok, _ in parallel_bulk(client, actions, thread_count=4,
                                        chunk_size=10)))
print(sorted(indexed) == list(range(200)))
ThreadPoolExecutor(2).submit(print, 'submitted last')
