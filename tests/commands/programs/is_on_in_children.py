"""Prints whether the patch is on in each kind of child process."""
import multiprocessing
import subprocess
import sys


def is_on(_=None):
    from concurrent.futures.thread import ThreadPoolExecutor
    return 'patches' in ThreadPoolExecutor.submit.__code__.co_filename


if __name__ == '__main__':
    if sys.argv[1:] == ['subprocess']:
        print('subprocess', is_on())
        sys.exit()
    for method in multiprocessing.get_all_start_methods():
        pool = multiprocessing.get_context(method).Pool(1)
        print(method, pool.apply(is_on), flush=True)
        pool.close()
        pool.join()
    subprocess.check_call([sys.executable, __file__, 'subprocess'])
