"""kill -9 while it commits: what was acknowledged is there, and nothing has a hole."""

import multiprocessing
import os
import random
from multiprocessing.connection import Connection as Pipe

from tests.store.places import Place, add, highest, make_table, numbers

KILLS = 25


def _commit_and_say(place: Place, pipe: Pipe) -> None:
    database = place.open()
    number = database.read(highest)
    while True:
        number += 1
        database.writer.run(add(number, size=2_000)).result()
        pipe.send(number)


def test_every_acknowledged_number_survives_kills_at_any_moment(place: Place) -> None:
    with place.open() as database:
        database.writer.run(make_table).result()
    fork = multiprocessing.get_context("fork")
    rng = random.Random(20_26)
    acknowledged: list[int] = []
    for _ in range(KILLS):
        here, there = fork.Pipe(duplex=False)
        process = fork.Process(target=_commit_and_say, args=(place, there))
        process.start()
        there.close()
        for _ in range(rng.randrange(1, 40)):
            acknowledged.append(here.recv())
        assert process.pid is not None
        os.kill(process.pid, 9)
        process.join()
        while here.poll():
            try:
                acknowledged.append(here.recv())
            except (EOFError, OSError):
                break
        here.close()
        process.close()
    with place.open() as database:
        stored = database.read(numbers)
        assert database.quick_check() == []
    assert set(acknowledged) <= set(stored)
    assert stored == list(range(1, len(stored) + 1))
    assert len(stored) - len(acknowledged) <= KILLS, "at most one unanswered commit a kill"
