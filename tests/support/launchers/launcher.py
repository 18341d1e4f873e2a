"""Runs python with another sitecustomize in front, as launchers do.

The first argument is the name of the folder in which that is.
"""
import os
import subprocess
import sys

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), sys.argv[1])
path = [folder] + list(filter(None, [os.environ.get('PYTHONPATH')]))
os.environ['PYTHONPATH'] = os.pathsep.join(path)
command = [sys.executable] + sys.argv[2:]
if os.name == 'nt':     # There exec does not wait.
    sys.exit(subprocess.call(command))
os.execv(sys.executable, command)
