"""The functions to replace: a module for each version and kind of pool.

They are installed as backport/patches/.  Process pools are the same on 3.7 and
3.8.  Shared functions are in thread_3_7.

Only the code objects of these functions are used.  They run with the globals of
the module that is patched, under the function objects that the program already
holds; so the names they use are that module's, and are not imported here.
``_backport`` is the `Exit` that the installer has put there.
"""
