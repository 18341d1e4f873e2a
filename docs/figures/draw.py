"""Draws the pictures of the site from what was recorded beside this file.

    python draw.py
"""
import json
import os

import charts
import lifelines

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = '3.8'     # the one that is shown; the tables have all

#: loss -> title
LOSSES = {
    'start-after-snapshot':
        'Thread pool: a worker starts after the exit handler has looked',
    'put-after-worker-left':
        'Thread pool: work is queued after the worker was told to leave',
    'missed-wake-up':
        'Process pool, A: the manager is entered too late to be woken',
    'late-start':
        'Process pool, B: worker and manager start when all is over',
    'put-after-leave':
        'Process pool, C: work is queued after the manager has left',
}


def load(name):
    with open(os.path.join(HERE, name)) as file:
        return json.load(file)


def main():
    recorded = load('lifelines.json')
    version = next(version for version in recorded['runs']
                   if version.startswith(VERSION))
    for loss, title in LOSSES.items():
        lifelines.draw(os.path.join(HERE, loss + '.svg'), title, version,
                       recorded['date'], recorded['runs'][version][loss])
    charts.costs(os.path.join(HERE, 'costs.svg'), load('bench.json'))
    charts.explored(os.path.join(HERE, 'explored.svg'), VERSION,
                    load('explored.json')[VERSION])


if __name__ == '__main__':
    main()
