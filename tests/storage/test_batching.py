"""Group commit by itself: what runs together, who hears what, and that nobody is forgotten."""

import asyncio
from collections.abc import Sequence

import pytest

from gatelodge.storage.batching import Batcher


class Recorder:
    """Runs batches of numbers: doubles each, fails the negative ones, and waits where it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def run(self, calls: Sequence[int]) -> Sequence[int | BaseException]:
        """Answer a batch, once `free` is set."""
        self.batches.append(list(calls))
        await self.free.wait()
        if 666 in calls:
            raise OSError("the whole batch")
        return [ValueError(call) if call < 0 else 2 * call for call in calls]


async def test_the_calls_of_one_turn_are_one_batch() -> None:
    recorder = Recorder()
    batcher = Batcher(recorder.run, most=100)
    futures = [batcher.submit(number) for number in range(5)]
    assert await asyncio.gather(*futures) == [0, 2, 4, 6, 8]
    assert recorder.batches == [[0, 1, 2, 3, 4]]


async def test_a_lone_call_begins_in_the_very_next_turn() -> None:
    recorder = Recorder()
    recorder.free.clear()
    future = Batcher(recorder.run, most=100).submit(1)
    await asyncio.sleep(0)
    assert recorder.batches == [[1]]
    recorder.free.set()
    assert await future == 2


async def test_what_comes_in_while_a_batch_runs_is_the_next_one() -> None:
    recorder = Recorder()
    recorder.free.clear()
    batcher = Batcher(recorder.run, most=100)
    first = batcher.submit(1)
    await asyncio.sleep(0)
    later = [batcher.submit(2), batcher.submit(3)]
    await asyncio.sleep(0)
    assert recorder.batches == [[1]]  # one batch at a time
    recorder.free.set()
    assert await asyncio.gather(first, *later) == [2, 4, 6]
    assert recorder.batches == [[1], [2, 3]]


async def test_what_is_still_coming_in_when_a_batch_ends_comes_along() -> None:
    recorder = Recorder()
    recorder.free.clear()
    batcher = Batcher(recorder.run, most=100)

    async def call(number: int, turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await batcher.submit(number)

    first = batcher.submit(1)
    later = [asyncio.create_task(call(number, number - 2)) for number in range(2, 8)]  # one a turn
    await asyncio.sleep(0)
    assert recorder.batches == [[1]]
    recorder.free.set()
    assert await asyncio.gather(first, *later) == [2, 4, 6, 8, 10, 12, 14]
    assert recorder.batches == [[1], [2, 3, 4, 5, 6, 7]]


async def test_more_calls_than_a_batch_may_hold_go_in_several_in_order() -> None:
    recorder = Recorder()
    batcher = Batcher(recorder.run, most=2)
    assert await asyncio.gather(*[batcher.submit(number) for number in range(5)]) == [0, 2, 4, 6, 8]
    assert recorder.batches == [[0, 1], [2, 3], [4]]


async def test_a_call_that_fails_fails_alone() -> None:
    batcher = Batcher(Recorder().run, most=100)
    results = await asyncio.gather(*[batcher.submit(number) for number in (1, -1, 2)], return_exceptions=True)
    assert results[0] == 2
    assert isinstance(results[1], ValueError)
    assert results[2] == 4


async def test_a_batch_that_fails_fails_each_of_its_calls_and_no_later_one() -> None:
    batcher = Batcher(Recorder().run, most=2)
    results = await asyncio.gather(*[batcher.submit(n) for n in (1, 666, 3)], return_exceptions=True)
    assert [type(result) for result in results] == [OSError, OSError, int]
    assert await batcher.submit(4) == 8


async def test_a_future_is_resolved_only_when_its_batch_is_done() -> None:
    recorder = Recorder()
    recorder.free.clear()
    future = Batcher(recorder.run, most=100).submit(1)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not future.done()
    recorder.free.set()
    assert await future == 2


@pytest.mark.parametrize("begun", [False, True], ids=["waiting", "under way"])
async def test_a_caller_who_leaves_disturbs_nobody(begun: bool) -> None:
    recorder = Recorder()
    recorder.free.clear()
    batcher = Batcher(recorder.run, most=100)

    async def call(number: int) -> int:
        return await batcher.submit(number)

    leaver, stayer = asyncio.create_task(call(1)), asyncio.create_task(call(2))
    await asyncio.sleep(0)  # both have submitted
    if begun:
        await asyncio.sleep(0)  # and their batch runs
    assert recorder.batches == ([[1, 2]] if begun else [])
    leaver.cancel()
    await asyncio.sleep(0)
    assert leaver.cancelled()
    recorder.free.set()
    assert await stayer == 4
    assert recorder.batches == [[1, 2]]  # a write that was handed over is made all the same
    assert await batcher.submit(3) == 6


async def test_drain_waits_for_what_was_submitted() -> None:
    recorder = Recorder()
    batcher = Batcher(recorder.run, most=2)
    futures = [batcher.submit(number) for number in range(5)]
    await batcher.drain()
    assert all(future.done() for future in futures)
    await batcher.drain()  # nothing is waiting: returns at once


async def test_a_drain_that_is_given_up_stops_no_write() -> None:
    recorder = Recorder()
    recorder.free.clear()
    batcher = Batcher(recorder.run, most=100)
    future = batcher.submit(1)
    drain = asyncio.create_task(batcher.drain())
    await asyncio.sleep(0)
    drain.cancel()
    await asyncio.sleep(0)
    recorder.free.set()
    assert await future == 2
