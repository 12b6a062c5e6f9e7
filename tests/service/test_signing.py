"""Signing keys: told of before they are used, used, told of until what they signed has had its time."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gatelodge.identity.provider import Provider
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.policy import FAPI2, SIGNING_ALGORITHMS, Policy
from gatelodge.service.key_life import DAY, REMEMBERED_FOR, SIGNED_FOR, Stage
from gatelodge.service.keys import KeyRing
from gatelodge.service.sealing import Sealer, Unsealable
from gatelodge.service.signing import PURPOSE, Signing
from tests.support.stores import dump, open_stores
from tests.support.world import START, House, World

CLAIMS = {"iss": "https://north.example.com", "sub": "somebody"}
LIFETIME = 90 * DAY


def key_set(keys: list[Any]) -> KeySet:
    """A JWK Set."""
    return KeySet.import_key_set({"keys": keys})


class CachingClient:
    """A client that reads the keys once a day and believes what it read until then."""

    def __init__(self, world: World, provider: Provider) -> None:
        self._world, self._provider = world, provider
        self._read_at, self._keys = -DAY, KeySet([])

    async def believes(self, text: str) -> bool:
        """Whether it finds the signature good."""
        if self._world.now >= self._read_at + DAY:
            told = await fresh(self._world).told(self._provider)
            self._read_at = self._world.now
            self._keys = key_set([key.jwk for key in told])
        try:
            jwt.decode(text, self._keys, algorithms=["ES256", "RS256", "PS256"])
        except (JoseError, ValueError):
            return False
        return True


def fresh(world: World) -> Signing:
    """Another node, which has kept nothing that it read before."""
    return Signing(world.stores.signing_keys, world.sealer, world.mint, world.clock)


async def sign(world: World, provider: Provider, algorithm: str = "ES256") -> str:
    """A JWT that a node signs now."""
    return await fresh(world).sign(provider, CLAIMS, kind="JWT", algorithm=algorithm)


@pytest.mark.rfc("9068", "2.1", "RS256 is among the algorithms")
@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
async def test_each_algorithm_signs_and_is_recognised(world: World, home: House, away: House, algorithm: str) -> None:
    signing = world.signing
    text = await signing.sign(home.provider, CLAIMS, kind="JWT", algorithm=algorithm)
    assert await signing.verified(home.provider, text, kind="JWT") == CLAIMS
    assert await signing.verified(home.provider, text, kind="at+jwt") is None
    assert await signing.verified(away.provider, text, kind="JWT") is None
    assert await signing.verified(home.provider, f"{text[:-4]}AAAA", kind="JWT") is None
    assert await signing.verified(home.provider, "no.jwt.", kind="JWT") is None


async def test_no_client_notices_a_rotation(world: World, home: House) -> None:
    """Over a year, a client that keeps the keys for a day meets no signature that it can't check."""
    client, keys = CachingClient(world, home.provider), set()
    lately: list[str] = []
    while world.now < START + 365 * DAY:
        text = await sign(world, home.provider)
        assert await client.believes(text)
        lately = [*lately[-1:], text]
        assert all([await client.believes(one) for one in lately])  # what was signed less than a day ago, still
        keys.add(jwt.decode(text, client._keys, algorithms=["ES256"]).header["kid"])
        world.now += DAY // 2 + 7
        await fresh(world).tend(home.provider)
    assert len(keys) == 5  # a new one each 90 days


async def test_a_key_goes_through_its_stages(world: World, home: House) -> None:
    first = await world.signing.rotate(home.provider, "ES256")
    second = await world.signing.rotate(home.provider, "ES256")
    assert second.used_from == START + DAY
    assert await world.signing.rotate(home.provider, "ES256") == second  # there is one already

    async def stages() -> list[Stage]:
        return [stage for key, stage in await world.signing.all(home.provider) if key.algorithm == "ES256"]

    assert await stages() == [Stage.USED, Stage.TOLD]
    world.now = second.used_from
    assert await stages() == [Stage.LEAVING, Stage.USED]
    world.now += SIGNED_FOR - 1
    assert first in await fresh(world).told(home.provider)
    world.now += 1
    assert await stages() == [Stage.KEPT, Stage.USED]
    assert first not in await fresh(world).told(home.provider)


async def test_what_was_signed_long_ago_is_recognised_for_a_while(world: World, home: House) -> None:
    text = await sign(world, home.provider)
    second = await world.signing.rotate(home.provider, "ES256")
    world.now = second.used_from + SIGNED_FOR + REMEMBERED_FOR - 1
    await fresh(world).tend(home.provider)
    assert await fresh(world).verified(home.provider, text, kind="JWT") == CLAIMS
    world.now += 1
    await fresh(world).tend(home.provider)
    assert await fresh(world).verified(home.provider, text, kind="JWT") is None


async def test_the_schedule_makes_a_key_when_it_is_time_and_not_before(world: World, home: House) -> None:
    await sign(world, home.provider)
    world.now = START + LIFETIME - DAY - 1
    await world.signing.tend(home.provider)
    assert len(await world.signing.all(home.provider)) == 1
    world.now += 1
    await world.signing.tend(home.provider)
    await world.signing.tend(home.provider)
    (_, first), (second, stage) = await world.signing.all(home.provider)
    assert (first, stage, second.used_from) == (Stage.USED, Stage.TOLD, START + LIFETIME)


async def test_a_server_that_was_off_for_long_still_tells_of_a_key_before_it_uses_it(world: World, home: House) -> None:
    await sign(world, home.provider)
    world.now = START + 10 * LIFETIME
    await world.signing.tend(home.provider)
    assert (await world.signing.all(home.provider))[-1][0].used_from == world.now + DAY


async def test_at_once_is_believed_at_once_and_the_earlier_ones_no_more(world: World, home: House) -> None:
    earlier = await sign(world, home.provider)
    await world.signing.rotate(home.provider, "ES256")
    made = await world.signing.rotate(home.provider, "ES256", at_once=True)
    assert [key for key in await fresh(world).told(home.provider) if key.algorithm == "ES256"] == [made]
    assert await fresh(world).verified(home.provider, earlier, kind="JWT") is None
    text = await world.signing.sign(home.provider, CLAIMS, kind="JWT")
    assert jwt.decode(text, key_set([made.jwk]), algorithms=["ES256"]).header["kid"] == public_id(made.id)


async def test_of_two_nodes_that_need_the_first_key_one_makes_it(world: World, home: House, store_url: str) -> None:
    async with open_stores(store_url) as others:
        nodes = [Signing(s.signing_keys, world.sealer, world.mint, world.clock) for s in (world.stores, others)]
        texts = await asyncio.gather(
            *(node.sign(home.provider, CLAIMS, kind="JWT") for node in nodes for _ in range(5))
        )
        assert len(await world.signing.all(home.provider)) == 1
        for text in texts:
            assert await nodes[0].verified(home.provider, text, kind="JWT") == CLAIMS


async def test_of_two_nodes_that_rotate_at_the_same_moment_one_does(world: World, home: House, store_url: str) -> None:
    await sign(world, home.provider)
    world.now += LIFETIME
    async with open_stores(store_url) as others:
        nodes = [Signing(s.signing_keys, world.sealer, world.mint, world.clock) for s in (world.stores, others)]
        await asyncio.gather(*(node.tend(home.provider) for node in nodes))
        one, other = await asyncio.gather(*(node.rotate(home.provider, "ES256") for node in nodes))
    assert one == other
    assert len(await world.signing.all(home.provider)) == 2


async def test_every_algorithm_is_told_of_before_anybody_asks_for_it(world: World, home: House) -> None:
    assert {key.algorithm for key in await world.signing.told(home.provider)} == set(SIGNING_ALGORITHMS)
    strict = replace(home.provider, policy=Policy(profile=FAPI2))
    assert "RS256" not in strict.policy.algorithms


async def test_private_keys_are_stored_sealed(world: World, home: House, store_url: str) -> None:
    await world.signing.told(home.provider)
    for row in dump(store_url)["signing_keys"]:
        assert b"PRIVATE" not in row["private_key"]
        assert b"PRIVATE" in world.sealer.open(PURPOSE, row["private_key"])


async def test_a_rotated_installation_key_still_opens_what_was_sealed(world: World, home: House, keys: KeyRing) -> None:
    await sign(world, home.provider)
    keys.rotate()
    assert await fresh(world).verified(home.provider, await sign(world, home.provider), kind="JWT") == CLAIMS
    assert len(await world.signing.all(home.provider)) == 1


async def test_without_the_installations_key_nothing_is_signed(
    world: World, home: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await sign(world, home.provider)
    lost = Sealer(KeyRing(tmp_path_factory.mktemp("elsewhere")))
    with pytest.raises(Unsealable):
        await Signing(world.stores.signing_keys, lost, world.mint, world.clock).sign(home.provider, CLAIMS, kind="JWT")
