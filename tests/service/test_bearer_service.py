"""Who calls with a token, on a real database: as the user is now, not as when the token was issued."""

import pytest

from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.errors import InsufficientScope, InvalidRequest, InvalidToken
from gatelodge.service.bearer import NOTE_USE_EVERY, Caller
from gatelodge.service.minting import Mint
from gatelodge.service.records import BearerRow
from gatelodge.service.user_tokens import MadeToken
from tests.support.stores import noted
from tests.support.world import ACCESS_LIFETIME, GUESTS_RIGHTS, START, House, World, sure

READ = frozenset({"read"})


async def script(world: World, house: House, lifetime: int | None = None) -> str:
    """The text of a user token of the owner's."""
    return sure(await world.user_tokens.create(house.owner, "Script", READ, lifetime), MadeToken).text


async def last_used(world: World, house: House, text: str) -> int | None:
    """When the token, or what it belongs to, was last used, as far as that was noted by now."""
    await noted(world.stores)
    presented = sure(parse(text, Kind.ACCESS_TOKEN, Kind.USER_TOKEN), Presented)
    return sure(await world.stores.tokens.find_bearer(house.provider.id, presented), BearerRow).last_used_at


async def test_an_access_token_speaks_for_its_user_and_names_the_application(world: World, home: House) -> None:
    held = await world.tokens(home, home.guest, scope="read events")
    assert await world.call(home, held.access_token) == Caller(
        home.provider, home.guest, frozenset({"read", "events"}), home.calling
    )


async def test_a_user_token_speaks_for_its_user(world: World, home: House) -> None:
    assert await world.call(home, await script(world, home)) == Caller(home.provider, home.owner, READ, None)


@pytest.mark.rfc("6750", "2.1", "the scheme's name may be written in any case")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_is_read_in_any_case(scheme: str, world: World, home: House) -> None:
    held = await world.tokens(home)
    caller = await world.bearer.authenticate(home.provider, [f"{scheme} {held.access_token}"], scope="read")
    assert isinstance(caller, Caller)


@pytest.mark.rfc("6750", "3.1", "a request without a token is no error to be named")
async def test_without_a_token_nobody_calls(world: World, home: House) -> None:
    for headers in ([], ["Basic dTpw"], ["Bearer "], ["Bearer"]):
        assert await world.bearer.authenticate(home.provider, headers, scope="read") is None


async def test_two_headers_are_refused(world: World, home: House) -> None:
    text = f"Bearer {(await world.tokens(home)).access_token}"
    assert isinstance(await world.bearer.authenticate(home.provider, [text, text], scope="read"), InvalidRequest)


@pytest.mark.rfc("6750", "3.1", "a malformed, unknown, expired or revoked token is invalid_token")
async def test_what_is_no_token_of_this_provider_is_invalid(world: World, home: House, away: House) -> None:
    held = await world.tokens(home)
    real = sure(parse(held.access_token, Kind.ACCESS_TOKEN), Presented)

    class SameId:
        def next(self) -> int:
            return real.id

    forged = Mint(SameId()).secret(Kind.ACCESS_TOKEN).text  # type: ignore[arg-type]  # all of an IdSource that is used
    for text in ("x", held.access_token[:-1], held.refresh_token or "", forged, await world.code(home)):
        assert isinstance(await world.call(home, text), InvalidToken)
    assert isinstance(await world.call(away, held.access_token), InvalidToken)
    assert isinstance(await world.call(away, await script(world, home)), InvalidToken)
    assert isinstance(await world.call(home, held.access_token), Caller)


async def test_an_access_token_expires(world: World, home: House) -> None:
    held = await world.tokens(home)
    world.now = START + ACCESS_LIFETIME - 1
    assert isinstance(await world.call(home, held.access_token), Caller)
    world.now = START + ACCESS_LIFETIME
    assert isinstance(await world.call(home, held.access_token), InvalidToken)


async def test_a_user_token_expires_only_if_it_was_to(world: World, home: House) -> None:
    for_a_minute, for_good = await script(world, home, 60), await script(world, home)
    world.now = START + 59
    assert isinstance(await world.call(home, for_a_minute), Caller)
    world.now = START + 60
    assert isinstance(await world.call(home, for_a_minute), InvalidToken)
    world.now = START + 10**9
    assert isinstance(await world.call(home, for_good), Caller)


async def test_an_access_that_the_user_ended_is_over_at_once_and_others_go_on(world: World, home: House) -> None:
    owners, guests, own = await world.tokens(home), await world.tokens(home, home.guest), await script(world, home)
    assert await world.authorized.end(home.owner, home.application.id)
    assert isinstance(await world.call(home, owners.access_token), InvalidToken)
    assert isinstance(await world.call(home, guests.access_token), Caller)
    assert isinstance(await world.call(home, own), Caller)


async def test_a_user_token_that_was_ended_in_the_portal_is_over_at_once(world: World, home: House) -> None:
    text = await script(world, home)
    await world.user_tokens.revoke(home.owner, sure(parse(text, Kind.USER_TOKEN), Presented).id)
    assert isinstance(await world.call(home, text), InvalidToken)


async def test_a_disabled_users_tokens_stop_until_the_user_is_back(world: World, home: House) -> None:
    held, own = await world.tokens(home), await script(world, home)
    for disabled in (True, False):
        await world.stores.people.set_disabled(home.provider.id, home.owner.id, disabled=disabled, now=world.now)
        for text in (held.access_token, own):
            assert isinstance(await world.call(home, text), InvalidToken if disabled else Caller)


async def test_a_deleted_application_ends_everything_that_it_holds(world: World, home: House) -> None:
    held, own = await world.tokens(home), await script(world, home)
    await world.applications.delete(home.owner, home.application.id)
    assert isinstance(await world.call(home, held.access_token), InvalidToken)
    assert isinstance(await world.call(home, own), Caller)


@pytest.mark.rfc("6750", "3.1", "a good token that lacks the scope is insufficient_scope, with the scope named")
async def test_a_token_without_the_scope_is_told_which(world: World, home: House) -> None:
    held = await world.tokens(home, scope="read")
    refused = sure(await world.call(home, held.access_token, "recordings"), InsufficientScope)
    assert refused.scope == "recordings"
    # A token that is no good hears nothing of scopes.
    await world.authorized.end(home.owner, home.application.id)
    assert isinstance(await world.call(home, held.access_token, "recordings"), InvalidToken)


async def test_what_a_caller_sees_follows_the_users_rights_of_the_moment(world: World, home: House) -> None:
    held = await world.tokens(home, home.guest, scope="read liveview events")

    async def seen() -> list[frozenset[str]]:
        caller = sure(await world.call(home, held.access_token), Caller)
        return [resource.rights for resource in await world.resources.of(caller)]

    assert await seen() == [GUESTS_RIGHTS]
    grant = world.stores.resources.grant
    await grant(home.provider.id, home.resource_id, home.guest.id, READ)
    assert await seen() == [READ]
    await grant(home.provider.id, home.resource_id, home.guest.id, frozenset({"read", "events", "write"}))
    assert await seen() == [frozenset({"read", "events"})]
    await grant(home.provider.id, home.resource_id, home.guest.id, frozenset())
    assert await seen() == []


@pytest.mark.parametrize("own", [False, True], ids=["access token", "user token"])
async def test_the_last_use_is_noted_once_a_minute(own: bool, world: World, home: House) -> None:
    text = await script(world, home) if own else (await world.tokens(home)).access_token
    assert await last_used(world, home, text) is None
    noted = []
    for at in (0, 1, NOTE_USE_EVERY - 1, NOTE_USE_EVERY, NOTE_USE_EVERY + 1, 3 * NOTE_USE_EVERY):
        world.now = START + at
        assert isinstance(await world.call(home, text), Caller)
        noted.append((await last_used(world, home, text) or 0) - START)
    assert noted == [0, 0, 0, NOTE_USE_EVERY, NOTE_USE_EVERY, 3 * NOTE_USE_EVERY]


async def test_a_refused_call_is_no_use(world: World, home: House) -> None:
    text = await script(world, home, 60)
    world.now = START + 60
    assert isinstance(await world.call(home, text), InvalidToken)
    assert await last_used(world, home, text) is None
