"""Prints where the patch comes from, and the folders of sys.path with a name.

    python where.py NAME
"""
import sys
from concurrent.futures.thread import ThreadPoolExecutor

print(ThreadPoolExecutor.submit.__code__.co_filename)
# 3.6 for Windows looks for a python36.zip in the virtual environment.
print([path for path in sys.path
       if sys.argv[1] in path and not path.endswith('.zip')])
