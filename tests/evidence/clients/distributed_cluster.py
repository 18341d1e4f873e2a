"""A dask cluster in this process; its workers run tasks in pools.

``late``: work is submitted to such a pool and the process exits.
"""
import sys
import tempfile

from dask.distributed import Client, LocalCluster
from distributed.threadpoolexecutor import ThreadPoolExecutor
from gates import tell


def double(n):
    return 2 * n


if 'late' in sys.argv:
    import late
    late.submitted.set()
    ThreadPoolExecutor(2).submit(late.work)
    tell('accepted')
else:
    with tempfile.TemporaryDirectory() as folder, \
         LocalCluster(n_workers=2, threads_per_worker=2, processes=False,
                      protocol='tcp://', host='127.0.0.1',
                      dashboard_address='127.0.0.1:0',
                      local_directory=folder) as cluster:
        with Client(cluster) as client:
            tasks = client.map(double, range(30))
            print(*client.gather(tasks))
            print(client.submit(sum, tasks).result())
