"""Uses thread pools in the simplest ways."""
import state    # which imports variant first


def submit():
    from concurrent.futures import ThreadPoolExecutor
    print(ThreadPoolExecutor(1).submit(len, 'abc').result())


def map_():
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(2) as pool:
        print(sum(pool.map(len, ['abc', 'defg'])))


state.main(globals())
