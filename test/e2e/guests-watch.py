#!/usr/bin/python3 -B
"""Looks at the guests of all hypervisors again and again: one line of JSON per look.

    guests-watch.py FOLDER_OF_THE_LAB SECONDS

Starting 'lab guests' anew each time costs several tenths of a second of processor time on a busy machine; this reads the
same facts with the lab's own functions. Ends when nobody reads its output any more, or its input is closed.
"""
import json
import os
import select
import sys
import time

sys.path.insert(0, sys.argv[1])
from oslab import state, work  # noqa: E402


def main():
    pause = float(sys.argv[2])
    while True:
        begun = time.time()
        twice, running = work.running_twice(), 0
        for host in state.load()["hosts"]:
            running += sum(1 for guest in work.guests(host) if guest["running"])
        print(json.dumps({"atMs": round(begun * 1000), "running": running, "twice": twice}), flush=True)
        left = max(0.0, begun + pause - time.time())
        if select.select([sys.stdin], [], [], left)[0]:
            return


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)
