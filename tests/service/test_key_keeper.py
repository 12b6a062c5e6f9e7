"""The loop that looks after signing keys."""

import asyncio

from gatelodge.service.key_keeper import KeyKeeper
from gatelodge.service.key_life import DAY, Stage
from tests.support.stores import Stores
from tests.support.world import House, World


async def test_every_providers_keys_are_looked_after(world: World, home: House, away: House, stores: Stores) -> None:
    for house in (home, away):
        await world.signing.rotate(house.provider, "ES256")
    world.now += 90 * DAY
    await KeyKeeper(stores.providers, world.signing, interval=3600).tend()
    for house in (home, away):
        assert [stage for _, stage in await world.signing.all(house.provider)] == [Stage.USED, Stage.TOLD]


async def test_it_looks_for_as_long_as_the_server_runs(world: World, home: House, stores: Stores) -> None:
    await world.signing.rotate(home.provider, "ES256")
    world.now += 90 * DAY

    done = asyncio.Event()

    class Watched(KeyKeeper):
        async def tend(self) -> None:
            await super().tend()
            done.set()

    async with Watched(stores.providers, world.signing, interval=0).running():
        await asyncio.wait_for(done.wait(), 30)
    assert len(await world.signing.all(home.provider)) == 2
