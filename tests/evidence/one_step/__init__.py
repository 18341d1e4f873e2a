"""Which operations are one step: the tables of docs/one-step.md, tried.

``python -m one_step "list(lst)"`` runs the operation of that name again and
again.  Each time other code comes in at another place inside, looks at the
container and changes it.  Exit status 1, with a line for each fault, means that

* the other code saw the container in a state that it has neither before nor
  after the operation, or
* the operation and the container ended up as they do neither if the other code
  runs before the operation nor if it runs after it.

A crash is the worst of faults; the last line that was printed says where the
other code had come in.  Run it with PYTHONMALLOC=debug: what has been freed is
then overwritten, and using it is a crash.
"""
