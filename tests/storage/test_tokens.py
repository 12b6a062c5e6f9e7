"""ports.TokenStore: what the hot path finds and changes. How SQLite does it is in test_sqlite_*.py."""

import asyncio
from dataclasses import replace

import pytest

from gatelodge.protocol.client import CLIENT_CREDENTIALS, Client
from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.refresh_grant import RefreshToken
from gatelodge.protocol.revocation import Owned
from gatelodge.service.ports import AlreadyExists
from gatelodge.service.records import ApplicationForm, BearerRow, NewToken
from gatelodge.service.user_tokens import MadeToken
from tests.support.stores import Stores, dump, noted, open_stores
from tests.support.world import ACCESS_LIFETIME, CALLBACK, CODE_LIFETIME, START, House, World, sure

SCOPE = frozenset({"read", "liveview"})


class Hand:
    """What somebody holds after an exchange, in the store's terms."""

    def __init__(self, access: str, refresh: str | None) -> None:
        self.access = sure(parse(access, Kind.ACCESS_TOKEN), Presented)
        self.refresh = sure(parse(refresh or "", Kind.REFRESH_TOKEN), Presented)


async def hand(world: World, house: House, scope: str = "read liveview") -> Hand:
    """Tokens that the house's owner gave the application."""
    answer = await world.tokens(house, scope=scope)
    return Hand(answer.access_token, answer.refresh_token)


async def code_of(world: World, house: House, challenge: str | None = None) -> tuple[Presented, Code]:
    """A code that was not used yet."""
    method = "S256" if challenge else None
    text = await world.code(house, code_challenge=challenge, code_challenge_method=method)
    presented = sure(parse(text, Kind.CODE), Presented)
    _, code = await world.stores.tokens.find_code(house.provider.id, house.application.id, None, presented.id)
    return presented, sure(code, Code)


def new_token(world: World, house: House, grant_id: int, kind: Kind = Kind.ACCESS_TOKEN) -> NewToken:
    """A token to be stored."""
    presented = world.mint.secret(kind).presented
    return NewToken(presented.id, house.provider.id, presented.digest, grant_id, SCOPE, START + 60)


def shown(token: NewToken, kind: Kind = Kind.ACCESS_TOKEN) -> Presented:
    """The token as its holder shows it."""
    return Presented(kind, token.id, token.digest)


async def test_a_client_comes_with_that_secret_which_was_named(stores: Stores, home: House) -> None:
    p, secret = home.provider.id, sure(parse(home.client_secret, Kind.CLIENT_SECRET), Presented)
    found = await stores.tokens.find_client(p, home.application.id, secret.id)
    assert found is not None
    assert (found.id, found.name, found.confidential) == (home.application.id, home.application.name, True)
    assert (found.disabled, found.secret_digest) == (False, secret.digest)
    for secret_id in (None, 0, secret.id + 1):
        found = await stores.tokens.find_client(p, home.application.id, secret_id)
        assert found is not None
        assert found.secret_digest is None
    assert await stores.tokens.find_client(p, 1, secret.id) is None


async def test_a_code_is_found_with_the_client_and_whoevers_it_is(stores: Stores, world: World, home: House) -> None:
    p, secret = home.provider.id, sure(parse(home.client_secret, Kind.CLIENT_SECRET), Presented)
    presented, code = await code_of(world, home, "c" * 43)
    assert code == Code(
        id=presented.id,
        digest=presented.digest,
        client_id=home.application.id,
        grant_id=code.grant_id,
        scope=SCOPE,
        redirect_uri=CALLBACK,
        redirect_uri_sent=True,
        challenge="c" * 43,
        expires_at=START + CODE_LIFETIME,
        used_at=None,
        grant_ended=False,
        user_id=home.owner.id,
    )
    client, again = await stores.tokens.find_code(p, home.application.id, secret.id, presented.id)
    assert client == await stores.tokens.find_client(p, home.application.id, secret.id)
    assert again == code
    other = world.mint.id()
    await stores.applications.create(
        p, other, home.account.id, home.owner.id, ApplicationForm("Other", "", (CALLBACK,)), None, None, now=START
    )
    client, again = await stores.tokens.find_code(p, other, None, presented.id)
    assert client is not None
    assert client.id == other
    assert again == code  # the rules tell that it is another's
    assert (await stores.tokens.find_code(p, home.application.id, None, 0))[1] is None
    assert await stores.tokens.find_code(p, 1, None, presented.id) == (None, code)


async def test_a_refresh_token_is_found_with_the_client(stores: Stores, world: World, home: House) -> None:
    p, held = home.provider.id, await hand(world, home)
    secret = sure(parse(home.client_secret, Kind.CLIENT_SECRET), Presented)
    client, token = await stores.tokens.find_refresh_token(p, home.application.id, secret.id, held.refresh.id)
    assert client == await stores.tokens.find_client(p, home.application.id, secret.id)
    owned = sure(await stores.tokens.find_owned(p, held.access), Owned)
    assert token == RefreshToken(
        held.refresh.id,
        held.refresh.digest,
        home.application.id,
        sure(owned.grant_id, int),
        SCOPE,
        None,
        False,
        user_id=home.owner.id,
    )
    assert (await stores.tokens.find_refresh_token(p, home.application.id, None, 0))[1] is None
    assert await stores.tokens.find_refresh_token(p, 1, None, held.refresh.id) == (None, token)


async def test_the_bearer_of_an_access_token(stores: Stores, world: World, home: House) -> None:
    held = await hand(world, home, scope="read")
    owned = sure(await stores.tokens.find_owned(home.provider.id, held.access), Owned)
    assert await stores.tokens.find_bearer(home.provider.id, held.access) == BearerRow(
        digest=held.access.digest,
        user=home.owner,
        scope=frozenset({"read"}),
        expires_at=START + ACCESS_LIFETIME,
        ended=False,
        application=home.calling,
        holder_id=sure(owned.grant_id, int),
        last_used_at=None,
    )
    assert await stores.tokens.find_bearer(home.provider.id, replace(held.access, id=1)) is None


@pytest.mark.parametrize("lifetime", [None, 3600])
async def test_the_bearer_of_a_user_token(lifetime: int | None, stores: Stores, world: World, home: House) -> None:
    made = sure(await world.user_tokens.create(home.guest, "Script", SCOPE, lifetime), MadeToken)
    presented = sure(parse(made.text, Kind.USER_TOKEN), Presented)
    assert await stores.tokens.find_bearer(home.provider.id, presented) == BearerRow(
        digest=presented.digest,
        user=home.guest,
        scope=SCOPE,
        expires_at=None if lifetime is None else START + lifetime,
        ended=False,
        application=None,
        holder_id=presented.id,
        last_used_at=None,
    )
    # A kind is a table of its own: the same id as an access token is no token.
    assert await stores.tokens.find_bearer(home.provider.id, replace(presented, kind=Kind.ACCESS_TOKEN)) is None


async def test_whose_a_token_is(stores: Stores, world: World, home: House) -> None:
    p, held = home.provider.id, await hand(world, home)
    access = sure(await stores.tokens.find_owned(p, held.access), Owned)
    refresh = sure(await stores.tokens.find_owned(p, held.refresh), Owned)
    assert access.grant_id is not None
    assert access == Owned(held.access.digest, access.grant_id, home.application.id)
    assert refresh == Owned(held.refresh.digest, access.grant_id, home.application.id)
    made = sure(await world.user_tokens.create(home.guest, "Script", SCOPE, None), MadeToken)
    presented = sure(parse(made.text, Kind.USER_TOKEN), Presented)
    assert await stores.tokens.find_owned(p, presented) == Owned(presented.digest, None, None)
    for kind in (Kind.ACCESS_TOKEN, Kind.REFRESH_TOKEN, Kind.USER_TOKEN):
        assert await stores.tokens.find_owned(p, Presented(kind, 1, b"x" * 32)) is None


async def test_redeeming_uses_the_code_up_and_stores_both_tokens(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    presented, code = await code_of(world, home)
    access = new_token(world, home, code.grant_id)
    refresh = replace(new_token(world, home, code.grant_id, Kind.REFRESH_TOKEN), expires_at=None)
    assert await stores.tokens.redeem_code(code.id, access, refresh, now=START + 3)
    p, client_id = home.provider.id, home.application.id
    assert (await stores.tokens.find_code(p, client_id, None, code.id))[1] == replace(code, used_at=START + 3)
    assert await stores.tokens.find_bearer(p, shown(access)) is not None
    assert (await stores.tokens.find_refresh_token(p, client_id, None, refresh.id))[1] is not None

    before = dump(store_url)
    late = new_token(world, home, code.grant_id)
    assert not await stores.tokens.redeem_code(presented.id, late, None, now=START + 4)
    assert not await stores.tokens.redeem_code(1, late, None, now=START + 4)
    assert dump(store_url) == before


async def test_redeeming_without_a_refresh_token_stores_none(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    _, code = await code_of(world, home)
    assert await stores.tokens.redeem_code(code.id, new_token(world, home, code.grant_id), None, now=START)
    rows = dump(store_url)
    assert (len(rows["access_tokens"]), len(rows["refresh_tokens"])) == (1, 0)


@pytest.mark.parametrize("which", ["access", "refresh"])
async def test_a_taken_token_id_is_refused_and_leaves_the_code_unused(
    which: str, stores: Stores, world: World, home: House, store_url: str
) -> None:
    held = await hand(world, home)
    _, code = await code_of(world, home)
    access = new_token(world, home, code.grant_id)
    refresh = new_token(world, home, code.grant_id, Kind.REFRESH_TOKEN)
    if which == "access":
        taken = (replace(access, id=held.access.id), refresh)
    else:
        taken = (access, replace(refresh, id=held.refresh.id))
    before = dump(store_url)
    with pytest.raises(AlreadyExists):
        await stores.tokens.redeem_code(code.id, *taken, now=START)
    with pytest.raises(AlreadyExists):
        await stores.tokens.add_access_token(replace(access, id=held.access.id))
    assert dump(store_url) == before
    assert await stores.tokens.redeem_code(code.id, access, refresh, now=START)


async def test_among_many_writes_at_once_only_that_with_the_taken_id_fails(
    stores: Stores, world: World, home: House
) -> None:
    held = await hand(world, home)
    grant_id = sure(sure(await stores.tokens.find_owned(home.provider.id, held.access), Owned).grant_id, int)
    tokens = [new_token(world, home, grant_id) for _ in range(9)]
    tokens[4] = replace(tokens[4], id=held.access.id)
    results = await asyncio.gather(*map(stores.tokens.add_access_token, tokens), return_exceptions=True)
    assert [type(result) for result in results] == [type(None)] * 4 + [AlreadyExists] + [type(None)] * 4
    found = [await stores.tokens.find_bearer(home.provider.id, shown(token)) for token in tokens]
    assert [row is not None and row.digest == token.digest for row, token in zip(found, tokens, strict=True)] == [
        number != 4 for number in range(9)
    ]


async def test_among_many_writes_at_once_only_that_which_cannot_be_stored_fails(
    stores: Stores, world: World, home: House
) -> None:
    held = await hand(world, home)
    grant_id = sure(sure(await stores.tokens.find_owned(home.provider.id, held.access), Owned).grant_id, int)
    tokens = [new_token(world, home, grant_id) for _ in range(5)]
    tokens[2] = replace(tokens[2], id=2**64)  # more than a row's key can be
    results = await asyncio.gather(*map(stores.tokens.add_access_token, tokens), return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [number == 2 for number in range(5)]
    for number in (0, 1, 3, 4):
        assert await stores.tokens.find_bearer(home.provider.id, shown(tokens[number])) is not None


async def test_ending_a_grant_ends_every_token_of_it_and_of_no_other(
    stores: Stores, world: World, home: House, store_url: str
) -> None:
    p, client_id = home.provider.id, home.application.id
    held, others = await hand(world, home), await hand(world, home)
    grant_id = sure(sure(await stores.tokens.find_owned(p, held.access), Owned).grant_id, int)
    later = new_token(world, home, grant_id)
    await stores.tokens.add_access_token(later)
    await stores.tokens.revoke_grant(p, grant_id, now=START + 5)
    await stores.tokens.revoke_grant(p, grant_id, now=START + 6)  # the first time is what counts
    for token in (held.access, shown(later)):
        assert sure(await stores.tokens.find_bearer(p, token), BearerRow).ended
    _, refresh = await stores.tokens.find_refresh_token(p, client_id, None, held.refresh.id)
    assert sure(refresh, RefreshToken).grant_ended
    assert not sure(await stores.tokens.find_bearer(p, others.access), BearerRow).ended
    assert sorted(str(row["revoked_at"]) for row in dump(store_url)["grants"]) == [str(START + 5), "None"]


async def test_ending_one_access_token_of_a_grant_ends_no_other(stores: Stores, world: World, home: House) -> None:
    p, held = home.provider.id, await hand(world, home)
    grant_id = sure(sure(await stores.tokens.find_owned(p, held.access), Owned).grant_id, int)
    other = new_token(world, home, grant_id)
    await stores.tokens.add_access_token(other)
    await stores.tokens.revoke_access_token(p, held.access.id)
    await stores.tokens.revoke_access_token(p, held.access.id)
    assert await stores.tokens.find_bearer(p, held.access) is None
    assert not sure(await stores.tokens.find_bearer(p, shown(other)), BearerRow).ended
    _, refresh = await stores.tokens.find_refresh_token(p, home.application.id, None, held.refresh.id)
    assert not sure(refresh, RefreshToken).grant_ended


async def test_what_an_application_has_as_itself(stores: Stores, world: World, home: House, store_url: str) -> None:
    p, machine = home.provider.id, await world.machine(home)
    secret = sure(parse(machine.client_secret, Kind.CLIENT_SECRET), Presented)
    client = sure(await stores.tokens.find_client(p, machine.application.id, secret.id), Client)
    (own_grant,) = [row for row in dump(store_url)["grants"] if row["application_id"] == machine.application.id]
    assert (client.own_grant, client.own_scope, client.grant_types) == (
        own_grant["id"],
        SCOPE,
        frozenset({CLIENT_CREDENTIALS}),
    )
    assert own_grant["user_id"] is None
    access = new_token(world, home, own_grant["id"])
    await stores.tokens.add_access_token(access)
    assert await stores.tokens.find_bearer(p, shown(access)) == BearerRow(
        digest=access.digest,
        user=None,
        scope=SCOPE,
        expires_at=START + 60,
        ended=False,
        application=machine.calling,
        holder_id=own_grant["id"],
        last_used_at=None,
    )
    assert await stores.tokens.find_owned(p, shown(access)) == Owned(access.digest, None, machine.application.id)


async def test_ending_a_user_token(stores: Stores, world: World, home: House, store_url: str) -> None:
    p = home.provider.id
    made = [sure(await world.user_tokens.create(home.owner, name, SCOPE, None), MadeToken) for name in ("One", "Two")]
    one, two = (sure(parse(token.text, Kind.USER_TOKEN), Presented) for token in made)
    await stores.tokens.revoke_user_token(p, one.id, now=START + 5)
    await stores.tokens.revoke_user_token(p, one.id, now=START + 6)
    assert sure(await stores.tokens.find_bearer(p, one), BearerRow).ended
    assert not sure(await stores.tokens.find_bearer(p, two), BearerRow).ended
    assert [row["revoked_at"] for row in dump(store_url)["user_tokens"]] == [START + 5, None]


async def test_a_use_is_noted_on_the_grant_or_on_the_user_token(stores: Stores, world: World, home: House) -> None:
    p, held = home.provider.id, await hand(world, home)
    made = sure(await world.user_tokens.create(home.owner, "Script", SCOPE, None), MadeToken)
    for presented in (held.access, sure(parse(made.text, Kind.USER_TOKEN), Presented)):
        row = sure(await stores.tokens.find_bearer(p, presented), BearerRow)
        stores.tokens.note_use(p, presented, row.holder_id, now=START + 9)
        await noted(stores)
        assert await stores.tokens.find_bearer(p, presented) == replace(row, last_used_at=START + 9)


async def test_a_note_of_a_use_is_not_lost_when_the_store_is_closed(world: World, home: House, store_url: str) -> None:
    held = await hand(world, home)
    async with open_stores(store_url) as other:
        row = sure(await other.tokens.find_bearer(home.provider.id, held.access), BearerRow)
        other.tokens.note_use(home.provider.id, held.access, row.holder_id, now=START + 9)
    row = sure(await world.stores.tokens.find_bearer(home.provider.id, held.access), BearerRow)
    assert row.last_used_at == START + 9


@pytest.mark.parametrize("off", ["user", "application"])
async def test_what_a_switched_off_user_or_application_holds_is_ended_until_it_is_on_again(
    off: str, stores: Stores, world: World, home: House
) -> None:
    p, client_id = home.provider.id, home.application.id
    held = await hand(world, home)
    made = sure(await world.user_tokens.create(home.owner, "Script", SCOPE, None), MadeToken)
    script = sure(parse(made.text, Kind.USER_TOKEN), Presented)
    presented, _ = await code_of(world, home)

    async def switch(*, disabled: bool) -> None:
        if off == "user":
            await stores.people.set_disabled(p, home.owner.id, disabled=disabled, now=START)
        else:
            await stores.applications.set_disabled(p, client_id, disabled=disabled, now=START)

    for disabled in (True, False):
        await switch(disabled=disabled)
        assert sure(await stores.tokens.find_bearer(p, held.access), BearerRow).ended is disabled
        bearer = sure(await stores.tokens.find_bearer(p, script), BearerRow)
        assert bearer.ended is (disabled and off == "user")
        client, refresh = await stores.tokens.find_refresh_token(p, client_id, None, held.refresh.id)
        _, code = await stores.tokens.find_code(p, client_id, None, presented.id)
        assert client is not None
        assert client.disabled is (disabled and off == "application")
        assert sure(refresh, RefreshToken).grant_ended is (disabled and off == "user")
        assert sure(code, Code).grant_ended is (disabled and off == "user")


async def test_a_deleted_application_leaves_nothing_that_opens(stores: Stores, world: World, home: House) -> None:
    p, client_id, held = home.provider.id, home.application.id, await hand(world, home)
    presented, _ = await code_of(world, home)
    await stores.applications.delete(p, client_id)
    assert await stores.tokens.find_bearer(p, held.access) is None
    assert await stores.tokens.find_owned(p, held.access) is None
    assert await stores.tokens.find_owned(p, held.refresh) is None
    assert await stores.tokens.find_client(p, client_id, None) is None
    assert await stores.tokens.find_refresh_token(p, client_id, None, held.refresh.id) == (None, None)
    assert await stores.tokens.find_code(p, client_id, None, presented.id) == (None, None)
