"""Tries which operations are one step: the tables of docs/one-step.md.

``python -m one_step "list(lst)"`` runs the operation of that name again and
again.  Each time other code runs at another place inside of it, looks at the
container and changes it.  There are two kinds of faults:

* the other code has seen the container in a state that it has neither before
  nor after the operation, or
* the result and the container are other than if the other code runs before the
  operation, and other than if it runs after it.

A line is printed for each fault, and the exit status is 1.  After a crash, the
last line that was printed says where the other code has run.  Run this with
PYTHONMALLOC=debug: memory that has been freed is then overwritten, and using it
is a crash.
"""
