"""The functions to replace: a module for each version and kind of pool.

They are installed as backport/patches/.  Read thread_3_7 and process_3_7, which
the others repeat in part or import from: 3.8 has another _adjust_thread_count;
3.6 has no initializers, refuses work later, and wakes a manager by its queue.

Only the code objects of these functions are used.  They run with the globals of
the module that is patched, under the function objects that the program already
holds; so the names they use are that module's, and are not imported here.
``_backport`` is the `Exit` that the installer has put there.
"""
