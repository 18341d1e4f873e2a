"""Prints whether the patch is on in an interpreter that has not asked for it.

    python is_on.py [STATEMENT]

The STATEMENT is executed first, with the globals of this module.  Apart from
what it asks about, the program imports nothing that a bare interpreter has not.
"""
import os
import sys


def main():
    if sys.argv[1:]:
        exec(sys.argv[1], globals())
    import concurrent.futures.thread as thread
    path = thread.ThreadPoolExecutor.submit.__code__.co_filename
    print(os.path.basename(os.path.dirname(path)) == 'patches')


if __name__ == '__main__':
    main()
