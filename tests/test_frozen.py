"""Freezers find the patch modules; `nox -s frozen` runs real ones."""
from backport import _table

FIND = '''
import modulefinder, sys
finder = modulefinder.ModuleFinder(excludes=['concurrent', 'unittest'])
finder.run_script(sys.argv[1])
print(*finder.modules)
'''


def test_an_analyser_finds_every_patch_module(run_python, tmp_path):
    program = tmp_path / 'program.py'
    program.write_text('import backport\n')
    child = run_python('-c', FIND, str(program))
    assert child.returncode == 0, child
    assert {'backport.patches.' + row.patch
            for row in _table.SOURCES} <= set(child.words), child
