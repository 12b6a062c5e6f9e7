"""A code is good for one exchange (RFC 6749 §4.1.2), however many try at once, and wherever."""

import asyncio

import pytest

from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.service.records import NewToken
from tests.storage.processes import Child
from tests.storage.redeemer import redeem_all
from tests.support.stores import Stores, dump, open_stores
from tests.support.world import START, House, World, sure


async def codes_of(world: World, house: House, many: int) -> list[Code]:
    """Codes that were not used yet, each of a grant of its own."""
    codes = []
    for _ in range(many):
        presented = sure(parse(await world.code(house), Kind.CODE), Presented)
        _, code = await world.stores.tokens.find_code(house.provider.id, house.application.id, None, presented.id)
        codes.append(sure(code, Code))
    return codes


async def redeem(stores: Stores, world: World, house: House, code: Code) -> bool:
    """Redeem the code for an access and a refresh token."""
    access, refresh = (
        NewToken(secret.id, house.provider.id, secret.digest, code.grant_id, code.scope, START + 60)
        for secret in (world.mint.secret(kind).presented for kind in (Kind.ACCESS_TOKEN, Kind.REFRESH_TOKEN))
    )
    return await stores.tokens.redeem_code(code.id, access, refresh, now=START)


def stored(url: str) -> tuple[int, int]:
    """How many access and how many refresh tokens there are."""
    rows = dump(url)
    return len(rows["access_tokens"]), len(rows["refresh_tokens"])


@pytest.mark.rfc("6749", "4.1.2", "a code is good for one exchange only")
async def test_of_fifty_calls_at_once_exactly_one_has_the_code(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    (code,) = await codes_of(world, home, 1)
    answers = await asyncio.gather(*[redeem(stores, world, home, code) for _ in range(50)])
    assert sorted(answers) == [False] * 49 + [True]
    assert stored(store_url) == (1, 1)


@pytest.mark.rfc("6749", "4.1.2", "a code is good for one exchange only")
async def test_two_stores_on_one_database_share_each_code_out_once(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    codes = await codes_of(world, home, 10)
    async with open_stores(store_url) as others:
        calls = [redeem(either, world, home, code) for code in codes for _ in range(25) for either in (stores, others)]
        answers = await asyncio.gather(*calls)
    for number in range(len(codes)):
        assert sum(answers[50 * number : 50 * (number + 1)]) == 1
    assert stored(store_url) == (10, 10)


@pytest.mark.rfc("6749", "4.1.2", "a code is good for one exchange only")
async def test_two_processes_on_one_database_share_each_code_out_once(
    world: World, home: House, store_url: str
) -> None:
    codes = [code.id for code in await codes_of(world, home, 40)]
    child = Child("tests.storage.redeemer", store_url, str(home.provider.id), "25")
    assert child.hear() == "ready"
    child.tell(",".join(map(str, codes)))
    ours = await redeem_all(store_url, home.provider.id, codes, 25, world.mint)
    theirs = dict(child.hear().split() for _ in codes)
    assert child.leave() == 0
    assert [sum(answers) + int(theirs[str(code)]) for code, answers in zip(codes, ours, strict=True)] == [1] * 40
    assert stored(store_url) == (40, 40)
