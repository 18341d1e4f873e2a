"""prefect: tasks of a flow, which its LocalDaskExecutor runs, submit to a pool.

The executor's own threads are multiprocessing's.
``late``: a task submits while the process exits.
"""
import late
import sys
from concurrent.futures import ThreadPoolExecutor

import prefect
from prefect.executors import LocalDaskExecutor

prefect.context.config.logging.level = 'ERROR'
prefect.utilities.logging.get_logger().setLevel('ERROR')
pool = ThreadPoolExecutor(2)


@prefect.task
def double(n):
    return pool.submit(lambda: 2 * n).result()


@prefect.task
def submit_late():
    pool.submit(late.work)


def run(task, *args):
    with prefect.Flow('client') as flow:
        result = task.map(*args) if args else task()
    return flow.run(
        executor=LocalDaskExecutor(num_workers=2)).result[result].result


if 'late' in sys.argv:
    late.call(pool, lambda: run(submit_late))
else:
    late.submitted.set()
    print(run(double, list(range(10))))
    pool.submit(print, 'submitted last')
