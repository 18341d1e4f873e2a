"""The known sources of the standard library.

Of each source: the releases of CPython that have it; the sha256 of the file as
released; and digests of its functions' code, one for each way in which -O and
-OO change it.  The code alone identifies a module whose file was reformatted by
a vendor or is not there.  ``nox -s table`` computes the digests from the
sources of every release.
"""
import marshal
import sys

#: The two greatest primes below 2**30, for `code_digest`.
PRIMES = 2**30 - 35, 2**30 - 41

#: Replaced by each patch, in this order: what starts workers needs the exit
#: handler that waits for them.
REPLACED = {
    'thread': ('_python_exit', 'ThreadPoolExecutor.submit',
               'ThreadPoolExecutor._adjust_thread_count'),
    'process': ('_python_exit', 'ProcessPoolExecutor.submit',
                'ProcessPoolExecutor._start_queue_management_thread'),
}

#: The argument in docs/design.md rests on these, too.  Some are not in 3.6.
RELIED_UPON = {
    'thread': ('ThreadPoolExecutor._initializer_failed',
               'ThreadPoolExecutor.shutdown',
               '_WorkItem.__init__', '_WorkItem.run', '_worker'),
    'process': ('ProcessPoolExecutor._adjust_process_count',
                'ProcessPoolExecutor.shutdown',
                '_ThreadWakeup.clear', '_ThreadWakeup.wakeup',
                '_WorkItem.__init__', '_add_call_item_to_queue',
                '_process_worker', '_queue_management_worker'),
}

SOURCES = {
    'thread': (
        ('3.6.0-3.6.2',
         '9ef485416f9d1d11f50cd7c841a88704121373c18bcf4aa396b0a74c578fc959',
         '2028ee5406d7172a'),
        ('3.6.3-3.6.15',
         '29280699736207d24d37241cccbb89f66318cba69ab5be3d1eae826c07426458',
         '155a8bb922f5d165'),
        ('3.7.0-3.7.1',
         '9553f96613e0ef2a890ec1ae12d5f7fde49a820269c435289fb3d27eab364ce7',
         '060a090625a4abfe'),
        ('3.7.2-3.7.3',
         '42009ff573a4460d7482292409ca097ee6c17d10f1954016cedaa7eff896f900',
         '1c96622c27267a8d'),
        ('3.7.4-3.7.17',
         'cf6b27870fec4221f2650e2609fab59f0c036960025f9b8e7dac6143a341c276',
         '0e093a5c2367fe35'),
        ('3.8.0-3.8.20',
         '8d4ed0e1b0a2ad7bb9de18edbfb1d83995784a7ecd740d667f9de5a928c43cf4',
         '2bd5469e13ec9238'),
    ),
    'process': (
        ('3.6.0-3.6.2',
         '25f097659c38e7dc350b17e30d71d4ecd4153b32e04b4a0a1e83aedaf4ca0e9d',
         '01cf0ac30f2b06c5', '1f12d303360cb1da', '0e7efbb019c3202c'),
        ('3.6.3-3.6.15',
         'aaf8bbce6f8d840f0641d9ad8e67c099516fae9ccdd6fdebe136f1a7f7c6cdcb',
         '01cf0ac30f2b06c5', '1f12d303360cb1da', '0e7efbb019c3202c'),
        ('3.7.0-3.7.3',
         '40697ac1b0b86211afe9421ee49633efce82bc14682a306f550972db30b28156',
         '04ef6aee0c462247', '1c886f6f269eb164', '363cae423cbf7b2c'),
        ('3.7.4-3.7.17',
         '53ca3f3831d7825d6889db1304246020080cd6006587d9de04611e8861cab245',
         '0e6c753e1a527e21', '09ac55a71e28024e', '19c0566b2822cf39'),
        ('3.8.0-3.8.20',
         '9087796ef9fea960450a6b3346b1c1ec2daba1efefb821d2a3c87c1c8fc22ab0',
         '3b672f6f20178eb7', '1e3768d120ba7f1f', '0b23eb650c70f5dc'),
    ),
}


# The functions below have no comprehensions: each would be a function of its
# own, and cost 14,000 instructions to load, in every program with a pool.

def patch_module(name):
    """Return the module with the functions for this version."""
    # By statements, from which PyInstaller and its like know what to include.
    minor = sys.version_info[1]
    if name == 'process':
        if minor == 6:
            from .patches import process_3_6 as patch
        else:
            from .patches import process_3_7 as patch   # and 3.8
    elif minor == 6:
        from .patches import thread_3_6 as patch
    elif minor == 7:
        from .patches import thread_3_7 as patch
    else:
        from .patches import thread_3_8 as patch
    return patch


def known(name, digest):
    """Return the releases of CPython whose source has this *digest*, or None.

    It is the sha256 of the file or that of the code.
    """
    version = '%d.%d.' % sys.version_info[:2]
    found = []
    for releases, *digests in SOURCES[name]:
        if digest in digests and releases.startswith(version):
            found += releases.split('-')
    # Rows with the same code follow each other.
    return '%s-%s' % (found[0], found[-1]) if found else None


def code_digest(codes):
    """Return a digest, in hex, of *codes*, a dict of name -> code object.

    It needs no module that an interpreter can lack, as _sha256 and hashlib.
    """
    number = int.from_bytes(behaviour(codes), 'big')
    return '%08x%08x' % (number % PRIMES[0], number % PRIMES[1])


def behaviour(codes):
    """Return what *codes* do, without file names and line numbers, as bytes."""
    functions = []
    for name in sorted(codes):
        functions.append((name, _plain(codes[name])))
    try:
        # The format without references, which depend on what else was loaded.
        return marshal.dumps(functions, 2)
    except ValueError:
        return b''      # code that ddtrace has made: a constant is a function


def _plain(code):
    constants = []
    for constant in code.co_consts:
        if type(constant) is type(code):
            constant = _plain(constant)
        constants.append(constant)
    return (code.co_name, code.co_argcount, code.co_kwonlyargcount,
            code.co_flags, code.co_code, code.co_names, code.co_varnames,
            code.co_freevars, code.co_cellvars, constants)


def sha256(data):
    """Return the sha256 of a source file, in hex; None if nothing computes it.

    *data* is what it contains.  Its line ends may be those of Windows.
    """
    try:
        try:
            # hashlib would load OpenSSL, which takes 3 to 16 milliseconds.
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256
        return sha256(data.replace(b'\r\n', b'\n')).hexdigest()
    except Exception:
        return None     # RHEL 8 in FIPS mode


def live_functions(name, namespace):
    """Return (name -> function, None) or ({}, problem)."""
    functions = {}
    for qualname in REPLACED[name] + RELIED_UPON[name]:
        first, _, rest = qualname.partition('.')
        found = namespace.get(first)
        if rest and isinstance(found, type):
            found = vars(found).get(rest)
        function = None if found is None else _unwrapped(
            found, qualname, namespace)
        if function is not None:
            functions[qualname] = function
        elif found is not None:
            return {}, 'another tool has replaced %s' % qualname
        elif qualname not in RELIED_UPON[name]:
            return {}, ('it has no %s: this is not the standard library'
                        % qualname)
    return functions, None


def _unwrapped(found, qualname, namespace):
    """Return the function of *namespace* that *found* is or wraps, or None.

    Its code can be replaced under a wrapper.  Sentry and OpenTelemetry keep the
    function in ``__wrapped__``, opencensus-ext-threading in a closure.
    """
    for _ in range(100):
        if type(found) is type(_unwrapped) and found.__globals__ is namespace:
            return found
        wrapped = getattr(found, '__wrapped__', None)
        if wrapped is None:
            for cell in getattr(found, '__closure__', None) or ():
                function = getattr(cell, 'cell_contents', None)
                if getattr(function, '__qualname__', None) == qualname:
                    wrapped = function
        found = wrapped
    return None
