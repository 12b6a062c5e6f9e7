"""Writers of one process take turns, instead of looking now and then whether SQLite's lock is free."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from gatelodge.service.minting import Mint
from gatelodge.service.ports import StoreUnavailable
from gatelodge.service.records import UserToken
from gatelodge.storage import database, tokens_sqlite
from gatelodge.storage.turns import Turns
from tests.support.stores import dump, open_stores
from tests.support.world import START, House

Queue = Callable[[float], AbstractAsyncContextManager[None]]
LONG = 3600.0  # seconds


async def test_people_and_machines_go_by_turns_and_each_in_order() -> None:
    turns, order = Turns(), list[str]()

    async def one(queue: Queue, name: str) -> None:
        async with queue(LONG):
            order.append(name)
            await asyncio.sleep(0)

    people = [one(turns.people, f"page {number}") for number in range(4)]

    async def machine() -> None:
        for number in range(3):
            await one(turns.machines, f"batch {number}")

    await asyncio.gather(*people, machine())
    assert order == ["page 0", "batch 0", "page 1", "batch 1", "page 2", "batch 2", "page 3"]


@pytest.mark.parametrize("queue", ["people", "machines"])
@pytest.mark.parametrize("holder", ["people", "machines"])
async def test_whose_turn_does_not_come_is_told_so_and_holds_nobody_up(holder: str, queue: str) -> None:
    turns = Turns()
    async with getattr(turns, holder)(LONG):
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="locked"):
                async with getattr(turns, queue)(0.0):
                    raise AssertionError("two at once")
    for both in (turns.people, turns.machines):
        async with both(LONG):
            pass


async def test_one_who_leaves_the_queue_takes_no_turn() -> None:
    turns = Turns()
    async with turns.machines(LONG):
        waiting = asyncio.create_task(turns.people(LONG).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with turns.people(LONG):
        pass


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_in_one_process_nobody_finds_the_database_locked(
    store_url: str, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although here nobody would wait for SQLite's lock at all."""
    for module in (database, tokens_sqlite):
        monkeypatch.setattr(module, "PRAGMAS", (*database.PRAGMAS[:-1], "PRAGMA busy_timeout=0"))
    mint = Mint()
    before = len(dump(store_url)["user_tokens"])
    async with open_stores(store_url) as stores:

        async def make_one() -> None:
            token = UserToken(mint.id(), "Script", frozenset({"read"}), START, None, None, None)
            await stores.user_tokens.create(home.owner, token, b"d" * 32)
            await stores.tokens.revoke_user_token(home.provider.id, token.id, now=START)

        await asyncio.gather(*[make_one() for _ in range(40)])
    tokens = dump(store_url)["user_tokens"]
    assert len(tokens) == before + 40
    assert sum(row["revoked_at"] == START for row in tokens) == 40
