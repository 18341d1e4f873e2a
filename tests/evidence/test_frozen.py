"""Freezers find all modules that are loaded; `nox -s frozen` runs real ones."""


def test_an_analyser_finds_every_module(run_python, find_program, tmp_path):
    program = tmp_path / 'program.py'
    program.write_text('import backport\n')
    child = run_python(find_program('find_modules.py'), str(program))
    assert child.returncode == 0, child
    installed, found = child.out.split('found')
    assert 'backport.patches.thread_3_8' in installed.split()
    assert set(installed.split()) <= set(found.split()), child
