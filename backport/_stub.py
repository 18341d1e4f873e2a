# These lines are what a start-up pays for, 0.6 percent: importing even an empty
# package would be 1.8.  `enable` puts them, without this comment, at the end of
# sitecustomize; `run` executes them.  All the rest is in _startup.py, which is
# read when the program loads something of concurrent.futures.  By path, for
# sys.path is the program's by then.
try:
    def _backport(name='', *args, state={'backport': __file__[:-9]}):
        if not name or name.startswith('concurrent.futures.'):
            if 'find_spec' not in state:
                try:
                    from _frozen_importlib_external import SourceFileLoader
                    exec(SourceFileLoader(
                        'backport._startup', state['backport'] + '/_startup.py'
                    ).get_code('backport._startup'), state)
                except Exception:
                    state['find_spec'] = lambda *args: None     # uninstalled
            return state['find_spec'](name, *args)

    _backport.find_spec = _backport
    __import__('sys').meta_path.insert(0, _backport)
    if ('concurrent.futures' in __import__('sys').modules
            or 'BACKPORT_REPORT' in __import__('os').environ):
        _backport()
    del _backport
except Exception:
    pass
