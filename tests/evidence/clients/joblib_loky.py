"""joblib: loky's processes and its threads, which still run at exit."""
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from joblib import Parallel, delayed, parallel_backend


def double(n):
    return 2 * n


def in_a_pool(n):
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(double, range(n)))


print(*Parallel(n_jobs=2)(delayed(in_a_pool)(n) for n in range(20)))
with parallel_backend('threading', n_jobs=4):
    print(*Parallel()(delayed(in_a_pool)(n) for n in range(20)))
with ProcessPoolExecutor(2) as pool:
    print(*pool.map(double, range(20)))
print(*Parallel(n_jobs=2)(delayed(double)(n) for n in range(20)))
ThreadPoolExecutor(2).submit(print, 'submitted last')
