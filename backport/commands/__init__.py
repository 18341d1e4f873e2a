"""The commands of ``python -m backport``; programs import none of this."""
