"""Checks that `run` does not touch this interpreter, which is of any version.
"""
import site
import sys

assert 'startup' not in repr(site)
# Since 3.11 this module is frozen, and found before any path is searched.
assert sys.version_info > (3, 11) or 'startup' not in repr(sys.path)
assert sys.version_info < (3, 9) or 'backport' not in repr((
    sorted(sys.modules), sys.meta_path))
