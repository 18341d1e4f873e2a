"""One module for each distinct set of functions to replace.

Each is imported only once the module it patches has been loaded and
identified, so it can import that module's names.  Only the code objects of the
functions here are used: they run with the globals of the patched module, under
the function objects that the program already holds.
"""
