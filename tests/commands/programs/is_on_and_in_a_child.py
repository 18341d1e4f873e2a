"""Prints whether the patch is on, and whether there is a sitecustomize.

    python is_on_and_in_a_child.py [CHILD]

With an argument the same is printed by a child process.
"""
import concurrent.futures.thread as thread
import os
import subprocess
import sys

path = thread.ThreadPoolExecutor.submit.__code__.co_filename
print(os.path.basename(os.path.dirname(path)) == 'patches')
print('sitecustomize' in sys.modules, flush=True)
if sys.argv[1:]:
    subprocess.check_call([sys.executable, __file__])
