"""Registration by program, on both databases (RFC 7591, RFC 7592)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gatelodge.identity.people import Access, Role
from gatelodge.protocol.credentials import parse_public_id
from gatelodge.protocol.errors import InvalidToken, OAuthError
from gatelodge.protocol.policy import Policy
from gatelodge.service.initial_tokens import MAX_TOKENS, MadeInitialToken
from gatelodge.service.refusals import Faults, NotAllowed, NotFound
from tests.support.world import CALLBACK, House, World, sure

JSON = "application/json"


def at(house: House, registration: str) -> House:
    """The house, whose provider lets applications register so."""
    return replace(house, provider=replace(house.provider, policy=Policy(registration=registration)))


async def register(world: World, house: House, token: str | None = None, **members: Any) -> Any:
    """What is answered to a registration."""
    body = json.dumps({"redirect_uris": [CALLBACK], "client_name": "Notes", **members}).encode()
    shown = None if token is None else f"Bearer {token}"
    return await world.registration.register(house.provider, body, JSON, shown, "192.0.2.1")


async def token_of(world: World, house: House) -> str:
    """A fresh initial access token of the house's account."""
    return sure(await world.initial_tokens.create(house.owner, "Pipeline", 3600), MadeInitialToken).text


async def test_where_nobody_may_there_is_nothing(world: World, home: House) -> None:
    token = await token_of(world, home)
    assert await register(world, at(home, "off")) is None
    assert await register(world, at(home, "off"), token) is None


@pytest.mark.rfc("7591", "3", "with an initial access token the application is its account's")
async def test_with_a_token_the_application_is_the_accounts(world: World, home: House) -> None:
    house = at(home, "token")
    assert isinstance(await register(world, house), InvalidToken)
    made = await register(world, house, await token_of(world, home))
    mine = {one.name: one for one in await world.applications.mine(home.owner)}
    assert mine["Notes"].account_id == home.account.id
    assert not mine["Notes"].settings.of_nobody
    assert made["client_id_issued_at"] == world.now
    (token,) = await world.initial_tokens.mine(home.owner)
    assert token.last_used_at == world.now


async def test_a_token_has_its_time_and_can_be_ended(world: World, home: House) -> None:
    house = at(home, "token")
    first, second = await token_of(world, home), await token_of(world, home)
    (newer, _older) = await world.initial_tokens.mine(home.owner)
    assert not isinstance(await world.initial_tokens.revoke(home.owner, newer.id), NotFound)
    assert isinstance(await register(world, house, second), InvalidToken)
    assert isinstance(await register(world, house, first), dict)
    world.now += 3600
    assert isinstance(await register(world, house, first), InvalidToken)


async def test_a_token_is_worth_what_whoever_made_it_may_do_now(world: World, home: House) -> None:
    house, token, people = at(home, "token"), await token_of(world, home), world.stores.people
    await people.set_disabled(home.provider.id, home.owner.id, disabled=True, now=world.now)
    assert isinstance(await register(world, house, token), InvalidToken)
    await people.set_disabled(home.provider.id, home.owner.id, disabled=False, now=world.now)
    assert isinstance(await register(world, house, token), dict)
    change = world.stores.members.set_access
    await change(home.provider.id, home.account.id, home.owner.id, home.guest.id, Access.FULL, {})
    guests = sure(await world.initial_tokens.create(home.guest, "Guest's", 60), MadeInitialToken).text
    assert isinstance(await register(world, house, guests), dict)
    await change(home.provider.id, home.account.id, home.owner.id, home.guest.id, Access.PARTIAL, {})
    assert isinstance(await register(world, house, guests), InvalidToken)


async def test_only_full_access_makes_tokens(world: World, home: House, away: House) -> None:
    assert isinstance(await world.initial_tokens.create(home.guest, "Mine", 60), NotAllowed)
    for name, lifetime in (("", 60), ("Mine", 0), ("Mine", 366 * 86_400)):
        assert isinstance(await world.initial_tokens.create(home.owner, name, lifetime), Faults)
    made = sure(await world.initial_tokens.create(home.owner, "Mine", 60, row_id=77), MadeInitialToken)
    assert isinstance(await world.initial_tokens.create(home.owner, "Mine", 60, row_id=77), Faults)
    assert isinstance(await world.initial_tokens.revoke(away.owner, made.token.id), NotFound)
    assert await world.initial_tokens.mine(home.guest) == []
    for _ in range(MAX_TOKENS - 1):
        await token_of(world, home)
    assert isinstance(await world.initial_tokens.create(home.owner, "Too many", 60), Faults)


async def test_where_everybody_may_the_application_is_nobodys(world: World, home: House) -> None:
    made = await register(world, at(home, "open"))
    every = {one.name: one for one in await world.stores.applications.all(home.provider.id)}
    assert every["Notes"].account_id == home.provider.id
    assert every["Notes"].settings.of_nobody
    assert [one.name for one in await world.applications.mine(home.owner)] == [home.application.name]
    assert made["client_secret"].startswith("glcs_")
    nobody = next(one for one in await world.stores.people.accounts(home.provider.id) if one.of_nobody)
    assert isinstance(await world.members.add(nobody, home.guest, Role.OWNER, Access.FULL), Faults)


@pytest.mark.rfc("7592", "2.1", "the application reads what is registered")
@pytest.mark.rfc("7592", "2.2", "an update replaces all that was registered")
@pytest.mark.rfc("7592", "2.3", "deleted, it is not there any more")
async def test_an_application_looks_after_itself(world: World, home: House) -> None:
    house, service = at(home, "open"), world.registration
    made = await register(world, house, contacts=["me@example.com"], scope="read")
    client_id, shown = made["client_id"], f"Bearer {made['registration_access_token']}"
    read = sure(await service.read(house.provider, client_id, shown), dict)
    assert read == {name: value for name, value in made.items() if not name.startswith("client_secret")}
    body = json.dumps({"client_id": client_id, "redirect_uris": ["https://new.example.com/cb"]}).encode()
    changed = sure(await service.update(house.provider, client_id, body, JSON, shown), dict)
    assert changed["redirect_uris"] == ["https://new.example.com/cb"]
    assert "contacts" not in changed
    assert changed["registration_access_token"] == made["registration_access_token"]
    assert sure(await service.read(house.provider, client_id, shown), dict) == changed
    assert await service.delete(house.provider, client_id, shown) is None
    for gone in (
        await service.read(house.provider, client_id, shown),
        await service.delete(house.provider, client_id, shown),
    ):
        assert isinstance(gone, InvalidToken)


async def test_one_that_is_switched_off_manages_nothing(world: World, home: House) -> None:
    house = at(home, "open")
    made = await register(world, house)
    (row,) = [one for one in await world.stores.applications.all(home.provider.id) if one.name == "Notes"]
    await world.stores.applications.set_disabled(home.provider.id, row.id, disabled=True, now=world.now)
    shown = f"Bearer {made['registration_access_token']}"
    assert isinstance(await world.registration.delete(house.provider, made["client_id"], shown), OAuthError)


async def test_turning_to_a_secret_gives_one(world: World, home: House) -> None:
    house = at(home, "open")
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    made = await register(world, house, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key]})
    assert "client_secret" not in made
    body = json.dumps({"client_id": made["client_id"], "redirect_uris": [CALLBACK]}).encode()
    shown = f"Bearer {made['registration_access_token']}"
    changed = sure(await world.registration.update(house.provider, made["client_id"], body, JSON, shown), dict)
    assert changed["client_secret"].startswith("glcs_")
    again = sure(await world.registration.update(house.provider, made["client_id"], body, JSON, shown), dict)
    assert "client_secret" not in again


async def test_a_secret_that_signs_is_known(world: World, home: House) -> None:
    house = at(home, "open")
    made = await register(world, house, token_endpoint_auth_method="client_secret_jwt")
    row_id = sure(parse_public_id(made["client_id"]), int)
    assert list(await world.secrets.of(home.provider.id, row_id)) == [made["client_secret"]]
    shown = f"Bearer {made['registration_access_token']}"

    async def turn_to(method: str) -> dict[str, Any]:
        body = {"client_id": made["client_id"], "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method}
        service = world.registration
        changed = await service.update(house.provider, made["client_id"], json.dumps(body).encode(), JSON, shown)
        return dict(sure(changed, dict))

    assert "client_secret" not in await turn_to("client_secret_basic")
    assert list(await world.secrets.of(home.provider.id, row_id)) == []
    again = await turn_to("client_secret_jwt")
    assert list(await world.secrets.of(home.provider.id, row_id)) == [again["client_secret"]]


async def test_no_secret_shows_in_what_is_stored_or_printed(world: World, home: House) -> None:
    made = await register(world, at(home, "open"))
    (row,) = [one for one in await world.stores.applications.all(home.provider.id) if one.name == "Notes"]
    assert made["registration_access_token"] not in repr(row)
    assert row.settings.registration_token not in repr(row)
    token = sure(await world.initial_tokens.create(home.owner, "Pipeline", 60), MadeInitialToken)
    assert token.text not in repr(token)
