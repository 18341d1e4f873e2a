"""The forms in which a known module may be installed."""
import os
import py_compile
import shutil

import stdlib


def crlf(folder, data):
    stdlib.in_front(folder, data.replace(b'\n', b'\r\n'))
    return folder


def vendor_comment(folder, data):
    stdlib.in_front(folder, b'# Packaged by a vendor.\n\n' + data)
    return folder


def no_source(folder, data):
    path = stdlib.in_front(folder, data)
    py_compile.compile(path, path + 'c', doraise=True)
    os.remove(path)
    return folder


def zipped(folder, data):
    stdlib.in_front(folder / 'tree', data)
    return shutil.make_archive(
        str(folder / 'library'), 'zip', str(folder / 'tree'))


def zipped_without_source(folder, data):
    no_source(folder / 'tree', data)
    return shutil.make_archive(
        str(folder / 'library'), 'zip', str(folder / 'tree'))


#: Each puts the source of a known thread.py into a folder, and returns the
#: entry of sys.path where it is found.
FORMS = {
    'CRLF': crlf,
    'vendor comment': vendor_comment,
    'no source': no_source,
    'zip': zipped,
    'zip without source': zipped_without_source,
}
