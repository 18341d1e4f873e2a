"""Prints the modules of the package, and then those that an analyser finds.

    python find_modules.py PROGRAM

The analyser starts with PROGRAM.  The word "found" is printed between the two.
"""
import modulefinder
import os
import sys

import backport
import backport.patches

for package in backport, backport.patches:
    print(*[package.__name__ + '.' + name[:-3]
            for name in os.listdir(package.__path__[0])
            if name.endswith('.py') and not name.startswith('__')])
print('found')
finder = modulefinder.ModuleFinder(excludes=['concurrent', 'unittest'])
finder.run_script(sys.argv[1])
print(*finder.modules)
