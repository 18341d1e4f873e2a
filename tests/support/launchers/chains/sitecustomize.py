"""Loads the sitecustomize that it hides, as that of newrelic-admin does."""
import os
import sys
from importlib.machinery import PathFinder

sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
spec = PathFinder.find_spec('sitecustomize', path=sys.path)
if spec is not None:
    spec.loader.load_module('sitecustomize')
launched = True
