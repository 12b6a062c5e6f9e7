"""Slowing down whoever guesses."""

import asyncio

from gatelodge.service.throttle import PER_ACCOUNT, PER_ADDRESS, Throttle

JANA = (PER_ACCOUNT, "1:jana@example.cz")
PETR = (PER_ACCOUNT, "1:petr@example.cz")
HERE = (PER_ADDRESS, "192.0.2.1")
THERE = (PER_ADDRESS, "192.0.2.2")


async def test_after_ten_attempts_at_an_account_one_waits_wherever_one_comes_from() -> None:
    throttle = Throttle()
    for _ in range(PER_ACCOUNT.amount):
        assert await throttle.attempt((JANA, HERE)) is None
    for address in (HERE, THERE):
        wait = await throttle.attempt((JANA, address))
        assert wait is not None
        assert 1 <= wait <= PER_ACCOUNT.get_expiry()
    assert await throttle.attempt((PETR, HERE)) is None


async def test_after_a_hundred_attempts_from_an_address_one_waits_whoever_one_says_to_be() -> None:
    throttle = Throttle()
    for number in range(PER_ADDRESS.amount):
        assert await throttle.attempt(((PER_ACCOUNT, f"1:{number}@example.cz"), HERE)) is None
    assert await throttle.attempt((PETR, HERE)) is not None
    assert await throttle.attempt((PETR, THERE)) is None


async def test_what_is_refused_is_not_counted() -> None:
    throttle = Throttle()
    for _ in range(PER_ACCOUNT.amount):
        await throttle.attempt((JANA, HERE))
    for _ in range(PER_ADDRESS.amount):
        assert await throttle.attempt((JANA, THERE)) is not None
    assert await throttle.attempt((PETR, THERE)) is None


async def test_attempts_that_come_at_once_are_counted_one_by_one() -> None:
    throttle = Throttle()
    waits = await asyncio.gather(*(throttle.attempt((JANA, HERE)) for _ in range(50)))
    assert waits.count(None) == PER_ACCOUNT.amount


async def test_who_was_right_starts_anew_and_the_address_keeps_its_count() -> None:
    throttle = Throttle()
    for _ in range(PER_ADDRESS.amount // PER_ACCOUNT.amount):
        for _ in range(PER_ACCOUNT.amount):
            assert await throttle.attempt((JANA, HERE)) is None
        await throttle.forgive(JANA)
    assert await throttle.attempt((JANA, HERE)) is not None
    assert await throttle.attempt((JANA, THERE)) is None
