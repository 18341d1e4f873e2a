"""black: formats files in a pool of processes."""
import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    paths = [os.path.join(folder, '%d.py' % n) for n in range(6)]
    for n, path in enumerate(paths):
        with open(path, 'w') as source:
            source.write('x = {  %d:1 }\n' % n)
    # Its cache is put into the folder as well.
    status = subprocess.call(
        [sys.executable, '-m', 'black', '--quiet', '--workers=2'] + paths,
        env=dict(os.environ, BLACK_CACHE_DIR=folder, XDG_CACHE_HOME=folder))
    print('status', status)
    for path in paths:
        with open(path) as source:
            print(source.read(), end='')
