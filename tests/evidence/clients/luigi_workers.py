"""luigi: two workers, each a process of multiprocessing; tasks make pools.

``left``: a task leaves its pool without shutdown.  Its process runs no exit
handlers, so the patch can do nothing.
"""
import late
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import luigi

from gates import tell


class Double(luigi.Task):

    n = luigi.IntParameter()

    def output(self):
        return luigi.LocalTarget('%s/%d' % (folder, self.n))

    def run(self):
        with ThreadPoolExecutor(2) as pool:
            doubled = pool.submit(lambda: 2 * self.n).result()
        with self.output().open('w') as file:
            file.write(str(doubled))


class Leave(luigi.WrapperTask):

    n = luigi.IntParameter()
    is_complete = False

    def complete(self):
        return self.is_complete

    def run(self):
        ThreadPoolExecutor(1).submit(work)
        tell('accepted')
        self.is_complete = True


def work():
    time.sleep(2)
    tell('completed')


late.submitted.set()
options = {'workers': 2, 'local_scheduler': True, 'log_level': 'ERROR'}
if 'left' in sys.argv:
    luigi.build([Leave(0), Leave(1)], **options)
else:
    with tempfile.TemporaryDirectory() as folder:
        tasks = [Double(n) for n in range(6)]
        print(luigi.build(tasks, **options))
        for task in tasks:
            with task.output().open() as file:
                print(task.n, file.read())
    ThreadPoolExecutor(1).submit(print, 'submitted last')
