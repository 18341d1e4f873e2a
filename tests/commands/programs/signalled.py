"""Prints that SIGINT interrupts it, and then is ended by SIGTERM."""
import os
import signal
import time

try:
    print('ready', flush=True)
    # They are short: a signal that arrives just before a sleep does not end it.
    while True:
        time.sleep(0.05)
except KeyboardInterrupt:
    print('interrupted', flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
