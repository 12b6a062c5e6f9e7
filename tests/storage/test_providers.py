"""ports.ProviderStore."""

from dataclasses import replace

import pytest

from gatelodge.identity.provider import Provider
from gatelodge.protocol.policy import Policy
from gatelodge.service.ports import AlreadyExists
from tests.support.stores import Stores, dump, open_stores
from tests.support.world import House

NEW = Provider(5, "Third", "https://third.example.com:8443", "#0f766e", query_credentials=False)


async def test_a_provider_is_found_by_its_host_and_comes_back_as_it_was(stores: Stores) -> None:
    await stores.providers.create(NEW)
    assert await stores.providers.by_host("third.example.com") == NEW
    assert await stores.providers.by_host("third.example.com:8443") is None
    assert await stores.providers.by_host("") is None


async def test_providers_are_listed_oldest_first(stores: Stores, home: House, away: House) -> None:
    await stores.providers.create(NEW)  # its id is smaller, so it is the oldest
    assert list(await stores.providers.all()) == [NEW, home.provider, away.provider]


async def test_a_new_installation_has_none(empty_url: str) -> None:
    async with open_stores(empty_url) as stores:
        assert list(await stores.providers.all()) == []


@pytest.mark.parametrize(
    "change", [{"id": 6}, {"id": 6, "origin": "https://third.example.com"}, {"origin": "https://x.example"}]
)
async def test_a_host_or_id_that_is_taken_is_refused(change: dict[str, object], stores: Stores, store_url: str) -> None:
    await stores.providers.create(NEW)
    before = dump(store_url)
    with pytest.raises(AlreadyExists):
        await stores.providers.create(replace(NEW, **change))  # type: ignore[arg-type]  # the names are Provider's
    assert dump(store_url) == before


async def test_the_switches_of_one_provider_alone_are_changed(stores: Stores, home: House, away: House) -> None:
    policy = Policy(profile="fapi2", pushed_request_lifetime=300)
    await stores.providers.set_policy(home.provider.id, policy, query_credentials=False)
    assert await stores.providers.by_host(home.provider.host) == replace(
        home.provider, policy=policy, query_credentials=False
    )
    assert await stores.providers.by_host(away.provider.host) == away.provider
