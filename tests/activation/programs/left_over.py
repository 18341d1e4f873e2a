"""Is auto-activated, by start-up lines whose package is broken or has gone."""
import variant

import subprocess
import sys

import state
from gates import tell


def used():
    from concurrent.futures import thread
    tell(thread.ThreadPoolExecutor(1).submit(len, 'abc').result())
    tell(state.live())


def asked():
    used()
    import backport
    tell(*{record.state for record in backport.status()})
    try:
        backport.require()
    except RuntimeError as exc:
        tell('_inspect' in str(exc))


def imported():
    used()
    try:
        state.activate('on')
    except ImportError as exc:
        tell(exc)
    done = subprocess.run([sys.executable, '-m', 'backport', 'status'],
                          stderr=subprocess.PIPE)
    tell('%d %s' % (done.returncode, done.stderr.decode()))


variant.main(globals())
