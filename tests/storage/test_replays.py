"""ports.ReplayStore: what was seen is seen once, whoever asks and on whatever node."""

import asyncio
import hashlib

import pytest

from tests.support.stores import Stores, dump, open_stores
from tests.support.world import START, House

SEEN = b"s" * 32


async def test_only_the_first_caller_is_the_first(stores: Stores, home: House) -> None:
    p = home.provider.id
    assert await stores.replays.first(p, SEEN, START)
    assert not await stores.replays.first(p, SEEN, START)
    assert await stores.replays.first(p, b"t" * 32, START)


async def test_each_provider_has_its_own(stores: Stores, home: House, away: House) -> None:
    assert await stores.replays.first(home.provider.id, SEEN, START)
    assert await stores.replays.first(away.provider.id, SEEN, START)


async def test_of_many_at_once_one_is_the_first(stores: Stores, home: House, store_url: str) -> None:
    digests = [hashlib.sha256(bytes([number])).digest() for number in range(5)]
    asked = [stores.replays.first(home.provider.id, digests[number % 5], START) for number in range(50)]
    assert (await asyncio.gather(*asked)).count(True) == 5
    assert len(dump(store_url)["replays"]) == 5


@pytest.mark.rfc("9449", "11.1", "a proof that was used is known on every node, also where two are asked at once")
async def test_of_two_nodes_one_is_the_first(stores: Stores, home: House, store_url: str) -> None:
    p = home.provider.id
    async with open_stores(store_url) as other:
        nodes = (stores.replays, other.replays)
        for number in range(20):
            digest = hashlib.sha256(bytes([number])).digest()
            assert sorted(await asyncio.gather(*(node.first(p, digest, START) for node in nodes))) == [False, True]
