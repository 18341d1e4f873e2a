"""Run each line of the pages that makes or installs the package.

    python tests/release/package/pages.py INTERPRETER

`python` is that of a new environment of INTERPRETER, with the pip that it
brings; `python3` is the interpreter that runs this.  The lines are run in the
order in which they stand, in a copy of the tracked files, or beside it if they
are from a Dockerfile.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import build

# In a block of code, or the first command of a RUN.
LINE = re.compile(r'^( {4,}|RUN )((?:cd \S+ && )?python3? -m pip '
                  r'(?:install|wheel) .*?)(?: \\)?$', re.MULTILINE)
SHELL = 'python() { "$PYTHON" "$@"; }; python3() { "$PYTHON3" "$@"; }; '


def lines():
    """Return the lines to run, as (page, what is before it, line)."""
    found = []
    for page in ['README.md'] + sorted(
            os.path.relpath(path, build.ROOT)
            for path in glob.glob(os.path.join(build.ROOT, 'docs', '*.md'))):
        with open(os.path.join(build.ROOT, page), encoding='utf-8') as file:
            found += [(page,) + groups for groups in LINE.findall(file.read())]
    return found


def main(interpreter):
    """Run the lines; return the exit status."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        checkout = os.path.join(folder, 'checkout')
        for name in build.tracked(build.ROOT):
            path = os.path.join(checkout, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy(os.path.join(build.ROOT, name), path)
        subprocess.check_call([interpreter, '-m', 'venv', folder + '/venv'])
        python = os.path.join(folder, 'venv', 'bin', 'python')
        pip = build.output(python, '-m', 'pip', '--version').split(' from ')[0]
        old = int(pip.split()[1].split('.')[0]) < 19    # it knows no PEP 517
        env = dict(os.environ, PYTHON=python, PYTHON3=sys.executable)
        env.pop('PYTHONPATH', None)
        for page, before, line in lines():
            cwd = checkout
            if before == 'RUN ':
                cwd = os.path.join(folder, 'image')
                shutil.copytree(os.path.join(checkout, 'dist'),
                                os.path.join(cwd, 'dist'))
            done = subprocess.run(
                ['sh', '-c', SHELL + line], cwd=cwd, env=env,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                universal_newlines=True)
            works = done.returncode == 0
            if works and 'python -m pip install' in line:
                # Not in the checkout, where it could be imported anyway.
                works = subprocess.call(
                    [python, '-m', 'backport', '--version'], cwd=folder,
                    env=env, stdout=subprocess.DEVNULL) == 0
                subprocess.check_call([python, '-m', 'pip', 'uninstall', '-qy',
                                       'backport-bpo31783'], cwd=folder,
                                      env=env)
            # The pages say that the checkout is not for this pip.
            if works == (old and line.endswith(' install .')):
                print(done.stdout)
                failed = True
            print('%s, %s: %s: %s' % (pip, page, line, (
                'works' if works else 'does not work')), flush=True)
    return failed


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
