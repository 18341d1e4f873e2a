"""The program that run.py runs: it uses pools at random, and ends.

    python program.py SEED stock|patched|upstream [INGREDIENT...]

The seed decides what the program consists of (`ingredients`), not how its
threads interleave.  The program avoids what deadlocks stock code; comments say
where.  If ingredients are named, it has one of them, and main does nothing else
and ends after a moment.  What becomes of each work item is written to standard
output, in the form that child.py describes.
"""
import sys
import time

# The first import: it makes the pools what VARIANT says.
from sharing import MAX_SECONDS, chance, new_pool, pause, pools, rng, submit
import ingredients


def main():
    if sys.argv[3:]:
        getattr(ingredients, rng.choice(sys.argv[3:]))()
        time.sleep(rng.uniform(0, 0.25))
        return
    chosen = [start for share, start in ingredients.INGREDIENTS
              if chance(share)]
    if ingredients.process_pools in chosen and ingredients.forks in chosen:
        # A forked child would try to join its parent's processes at exit.  Then
        # stock code prints a traceback, or hangs.
        chosen.remove(ingredients.forks)
    sys.setswitchinterval(rng.choice([0.005, 0.0001, 0.00001]))
    pools.extend(new_pool() for _ in range(rng.randint(1, 3)))
    seconds = rng.choice([0, rng.random() * MAX_SECONDS])
    actions = [lambda: submit(rng.choice(pools))]
    for start in chosen:
        action = start()
        if action is not None:
            actions.append(action)
    deadline = time.monotonic() + seconds
    while True:
        rng.choice(actions)()
        pause()
        if time.monotonic() > deadline:
            break


main()
