"""Prints what a program can see of how it was started."""
import json
import os
import sys

if __name__ == '__main__':
    main = sys.modules['__main__']
    print(json.dumps([
        sys.argv, sys.path, repr(sys.flags), sys.warnoptions,
        sorted(map(str, sys._xoptions.items())), sys.prefix, sys.executable,
        main.__name__, getattr(main, '__file__', None),
        getattr(main.__spec__, 'name', None), sorted(vars(main)),
        'sitecustomize' in sys.modules, repr(sys.modules.get('site')),
        os.getcwd(), sys.stdout.encoding,
        sorted(set(os.environ.items()) - {
            ('PYTHONPATH', os.environ.get('PYTHONPATH'))}),
        sorted(set(sys.modules) - {'backport'})]))
