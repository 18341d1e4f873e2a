"""Hides from child processes, as that of opentelemetry-instrument does."""
import os

folder = os.path.dirname(os.path.abspath(__file__))
path = os.environ['PYTHONPATH'].split(os.pathsep)
os.environ['PYTHONPATH'] = os.pathsep.join(
    entry for entry in path if entry != folder)
launched = True
