"""ports.RequestStore."""

import asyncio
from dataclasses import replace

import pytest

from gatelodge.protocol.authorization import AuthorizationRequest
from gatelodge.protocol.credentials import Kind, Presented
from gatelodge.service.ports import AlreadyExists, NotThere
from gatelodge.service.records import Waiting
from tests.support.stores import Stores
from tests.support.world import CALLBACK, START, House, World

BROWSER = b"b" * 32


async def waiting(world: World, house: House, **changes: object) -> tuple[Presented, AuthorizationRequest]:
    """A request that waits until START + 60."""
    request = AuthorizationRequest(
        house.application.id, CALLBACK, True, frozenset({"read", "events"}), "s t&a=t é", "c" * 43, frozenset({"login"})
    )
    request = replace(request, **changes)  # type: ignore[arg-type]  # the names are the request's
    secret = world.mint.secret(Kind.REQUEST).presented
    await world.stores.requests.add(house.provider.id, secret.id, secret.digest, request, expires_at=START + 60)
    return secret, request


@pytest.mark.parametrize(
    "changes",
    [{}, {"state": None, "code_challenge": None, "prompt": frozenset(), "redirect_uri_sent": False}],
    ids=["full", "bare"],
)
async def test_a_request_comes_back_as_it_was_until_it_expires(
    changes: dict[str, object], stores: Stores, world: World, home: House
) -> None:
    secret, request = await waiting(world, home, **changes)
    p, kept = home.provider.id, Waiting(secret.id, request, None, None, START + 60)
    assert await stores.requests.find(p, secret, now=START + 59) == kept
    assert await stores.requests.find(p, secret, now=START + 60) is None
    assert await stores.requests.find(p, replace(secret, digest=b"x" * 32), now=START) is None
    assert await stores.requests.find(p, replace(secret, id=1), now=START) is None


async def test_only_the_first_browser_is_bound(stores: Stores, world: World, home: House) -> None:
    secret, _ = await waiting(world, home)
    p, browsers = home.provider.id, [bytes([number]) * 32 for number in range(10)]
    bound = await asyncio.gather(*[stores.requests.bind(p, secret.id, browser) for browser in browsers])
    found = await stores.requests.find(p, secret, now=START)
    assert found is not None
    assert found.browser is not None
    assert bound == [browser == found.browser for browser in browsers]


async def test_the_session_that_was_begun_for_it_is_noted(stores: Stores, world: World, home: House) -> None:
    secret, _ = await waiting(world, home)
    await stores.requests.signed_in(home.provider.id, secret.id, 77)
    found = await stores.requests.find(home.provider.id, secret, now=START)
    assert found is not None
    assert found.session_id == 77


async def test_it_is_taken_by_exactly_one(stores: Stores, world: World, home: House) -> None:
    secret, _ = await waiting(world, home)
    taken = await asyncio.gather(*[stores.requests.take(home.provider.id, secret.id) for _ in range(10)])
    assert sorted(taken) == [False] * 9 + [True]
    assert await stores.requests.find(home.provider.id, secret, now=START) is None
    assert not await stores.requests.bind(home.provider.id, secret.id, BROWSER)


async def test_a_taken_id_or_an_application_that_is_gone_is_refused(stores: Stores, world: World, home: House) -> None:
    secret, request = await waiting(world, home)
    with pytest.raises(AlreadyExists):
        await stores.requests.add(home.provider.id, secret.id, secret.digest, request, expires_at=START + 60)
    await stores.applications.delete(home.provider.id, home.application.id)
    assert await stores.requests.find(home.provider.id, secret, now=START) is None
    with pytest.raises(NotThere):
        await stores.requests.add(home.provider.id, secret.id, secret.digest, request, expires_at=START + 60)
