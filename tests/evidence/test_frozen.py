"""Freezers find all modules that are loaded; `nox -s frozen` runs real ones."""
FIND = '''
import modulefinder, os, sys
import backport
print(*['backport.' + name[:-3] for name in os.listdir(backport.__path__[0])
        if name.endswith('.py') and not name.startswith('__')])
import backport.patches
print(*['backport.patches.' + name[:-3]
        for name in os.listdir(backport.patches.__path__[0])
        if name.endswith('.py') and not name.startswith('__')])
print('found')
finder = modulefinder.ModuleFinder(excludes=['concurrent', 'unittest'])
finder.run_script(sys.argv[1])
print(*finder.modules)
'''


def test_an_analyser_finds_every_module(run_python, tmp_path):
    program = tmp_path / 'program.py'
    program.write_text('import backport\n')
    child = run_python('-c', FIND, str(program))
    assert child.returncode == 0, child
    installed, found = child.out.split('found')
    assert 'backport.patches.thread_3_8' in installed.split()
    assert set(installed.split()) <= set(found.split()), child
