"""Build the sdist and the wheel, and prove that the bytes do not depend on us.

    python tests/release/package/build.py FOLDER

puts both into FOLDER, made in a copy of the tracked files.  They are made
again from a copy with other modes and times under another umask and hash seed,
and once more from the sdist itself; exit status 1, and an empty FOLDER, if
anything differs, or if they hold anything else than what is tracked.

The times in them are SOURCE_DATE_EPOCH, in seconds, or that of the last commit,
or, in an unpacked sdist, that of its PKG-INFO.  setuptools uses it for the
wheel only (84.2), and takes modes, and the times in the sdist, from the disk:
so the sdist is written anew, and the wheel is built from that.
"""
import glob
import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), *['..'] * 3))


def tracked(root):
    """Return the files of a checkout or an sdist, relative, sorted."""
    if os.path.exists(os.path.join(root, '.git')):
        names = output('git', '-C', root, 'ls-files', '-z').split('\0')
    else:
        lists = glob.glob(os.path.join(root, '*.egg-info', 'SOURCES.txt'))
        if not lists:
            sys.exit('%s is neither a git checkout nor an unpacked sdist'
                     % root)
        with open(lists[0], encoding='utf-8') as file:
            names = file.read().splitlines()
    return sorted(name for name in names if name and '.egg-info/' not in name)


def epoch(root):
    """Return the time, in seconds, that everything in *root* is said to have.
    """
    if os.environ.get('SOURCE_DATE_EPOCH'):
        return int(os.environ['SOURCE_DATE_EPOCH'])
    if os.path.exists(os.path.join(root, '.git')):
        return int(output('git', '-C', root, 'log', '-1', '--format=%ct'))
    return int(os.path.getmtime(os.path.join(root, 'PKG-INFO')))


def output(*command):
    return subprocess.check_output(command, universal_newlines=True)


def build(root, folder, seconds, umask=0o022):
    """Build both from a copy of the files in *root*; return their paths.

    The first is the sdist as setuptools makes it, to be compared.
    """
    copy = os.path.join(folder, 'copy')
    for name in tracked(root):
        path = os.path.join(copy, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(os.path.join(root, name), path)
        executable = os.stat(os.path.join(root, name)).st_mode & 0o100
        os.chmod(path, (0o777 if executable else 0o666) & ~umask)
    old = os.umask(umask)
    try:
        naive = backend(copy, '--sdist', os.path.join(folder, 'naive'), seconds)
    finally:
        os.umask(old)
    sdist = os.path.join(folder, os.path.basename(naive))
    normalise(naive, sdist, seconds)
    old = os.umask(0o022)       # the wheel has the modes of the unpacked sdist
    try:
        return naive, sdist, backend(sdist, '--wheel', folder, seconds)
    finally:
        os.umask(old)


def backend(source, what, folder, seconds):
    subprocess.check_call(
        ['uv', 'build', '--quiet', what, '--out-dir', folder, source],
        stderr=subprocess.DEVNULL if what == '--sdist' else None,
        env=dict(os.environ, SOURCE_DATE_EPOCH=str(seconds)))
    found, = glob.glob(os.path.join(
        folder, '*.whl' if what == '--wheel' else '*.tar.gz'))
    return found


def normalise(old, new, seconds):
    """Write the sdist *old* as *new*: one order, owner, time, two modes."""
    with tarfile.open(old) as source, open(new, 'wb') as file, gzip.GzipFile(
            '', 'wb', fileobj=file, mtime=seconds) as zipped, tarfile.open(
            fileobj=zipped, mode='w', format=tarfile.PAX_FORMAT) as target:
        for member in sorted(source, key=lambda member: member.name):
            member.mtime, member.pax_headers = seconds, {}
            member.uid = member.gid = 0
            member.uname = member.gname = ''
            member.mode = (0o755 if member.isdir() or member.mode & 0o100
                           else 0o644)
            target.addfile(member, source.extractfile(member)
                           if member.isfile() else None)


def check_contents(sdist, wheel, names):
    """Return a list of what is in one of them and should not be, or is not."""
    with tarfile.open(sdist) as archive:
        in_sdist = {member.name.partition('/')[2] for member in archive
                    if member.isfile()}
    in_sdist = {name for name in in_sdist
                if name != 'PKG-INFO' and '.egg-info/' not in name}
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = {name for name in archive.namelist()
                    if '.dist-info/' not in name}
    shipped = {name for name in names if name.startswith('backport/')} | {
        'backport/' + name for name in names if name.startswith('patches/')}
    return ['%s: %s %s' % (title, what, name)
            for title, found, wanted in [
                ('sdist', in_sdist, set(names)), ('wheel', in_wheel, shipped)]
            for what, rest in [('lacks', wanted - found),
                               ('should not have', found - wanted)]
            for name in sorted(rest)]


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def main(target):
    """Build, compare and check; return the exit status."""
    seconds = epoch(ROOT)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    with tempfile.TemporaryDirectory() as folder:
        print('building, with the time %d' % seconds, flush=True)
        first = build(ROOT, os.path.join(folder, 'first'), seconds)
        print('building again, with other modes and times', flush=True)
        # setuptools sorts; this is against what may come.
        os.environ['PYTHONHASHSEED'] = '1'
        second = build(ROOT, os.path.join(folder, 'second'), seconds, 0o077)
        print('building from the sdist', flush=True)
        with tarfile.open(first[1]) as archive:
            archive.extractall(os.path.join(folder, 'sdist'))
        root, = glob.glob(os.path.join(folder, 'sdist', '*'))
        third = build(root, os.path.join(folder, 'third'), epoch(root))
        problems = check_contents(*first[1:], names=tracked(ROOT))
        for made, how in (second, 'again'), (third, 'from the sdist'):
            problems += ['%s: not the same bytes when built %s'
                         % (os.path.basename(path), how)
                         for path, other in zip(first[1:], made[1:])
                         if read(path) != read(other)]
        if read(first[0]) == read(second[0]):
            problems.append('setuptools makes the same sdist by itself now: '
                            'normalise() can go')
        for problem in problems:
            print(problem, file=sys.stderr)
        if problems:
            return 1
        for path in first[1:]:
            shutil.copy(path, target)
            print('the same each time:', os.path.basename(path))
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
