"""The token endpoint's use case on a real database: what an exchange gives, and what a second one takes away."""

import asyncio
from dataclasses import replace

import pytest

from gatelodge.protocol.credentials import Kind, Presented, parse, public_id
from gatelodge.protocol.errors import InvalidClient, InvalidGrant, InvalidRequest, InvalidScope, UnsupportedGrantType
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pkce import s256
from gatelodge.protocol.shown import NOTHING
from gatelodge.service.applications import Registered
from gatelodge.service.bearer import Caller
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.keys import KeyRing
from gatelodge.service.minting import IdSource, Mint
from gatelodge.service.ports import AlreadyExists
from gatelodge.service.records import ApplicationForm
from gatelodge.service.token import MAX_TRIES
from tests.support.stores import Stores, dump, open_stores
from tests.support.world import ACCESS_LIFETIME, CALLBACK, CODE_LIFETIME, START, House, World, exchange_of, sure

VERIFIER = "v" * 43


async def other_application(world: World, house: House, *, confidential: bool = True) -> House:
    """The same house, with another application of its owner's in hand."""
    form = ApplicationForm("Other", "", (CALLBACK,), confidential)
    made = sure(await world.applications.register(house.owner, form), Registered)
    return replace(house, application=made.application, client_secret=made.client_secret or "")


async def works(world: World, house: House, token: str) -> bool:
    """Whether an API takes the token."""
    return isinstance(await world.call(house, token), Caller)


@pytest.mark.rfc(
    "6749", "5.1", "the answer has token_type, expires_in, scope and, for a confidential client, a refresh token"
)
async def test_an_exchange_gives_an_access_token_and_a_refresh_token(world: World, home: House) -> None:
    answer = sure(await world.exchange(home, await world.code(home, scope="read,liveview")), TokenAnswer)
    members = answer.as_json()
    assert parse(str(members.pop("access_token")), Kind.ACCESS_TOKEN)
    assert parse(str(members.pop("refresh_token")), Kind.REFRESH_TOKEN)
    assert members == {"token_type": "Bearer", "expires_in": ACCESS_LIFETIME, "scope": "liveview read"}
    caller = sure(await world.call(home, answer.access_token), Caller)
    assert (caller.user, caller.scope) == (home.owner, frozenset({"read", "liveview"}))
    assert caller.application == home.calling


async def test_a_public_client_gets_an_access_token_alone(world: World, home: House, store_url: str) -> None:
    public = await other_application(world, home, confidential=False)
    code = await world.code(public, code_challenge=s256(VERIFIER), code_challenge_method="S256")
    answer = await world.exchange(public, code, client_secret=None, code_verifier=VERIFIER)
    assert sure(answer, TokenAnswer).refresh_token is None
    assert "refresh_token" not in sure(answer, TokenAnswer).as_json()
    assert dump(store_url)["refresh_tokens"] == []


async def test_what_is_stored_of_tokens_and_codes_opens_nothing(world: World, home: House, store_url: str) -> None:
    code = await world.code(home)
    answer = sure(await world.exchange(home, code), TokenAnswer)
    everything = repr(dump(store_url))
    for secret in (code, answer.access_token, answer.refresh_token or "", home.client_secret):
        assert secret[17:60] not in everything


@pytest.mark.rfc("6749", "4.1.2", "a code's second use is refused and revokes what the first one gave")
async def test_a_replay_ends_what_the_first_exchange_gave(world: World, home: House) -> None:
    other = await world.tokens(home)
    code = await world.code(home)
    first = sure(await world.exchange(home, code), TokenAnswer)
    assert await works(world, home, first.access_token)
    assert isinstance(await world.exchange(home, code), InvalidGrant)
    assert not await works(world, home, first.access_token)
    assert isinstance(await world.refresh(home, first.refresh_token), InvalidGrant)
    assert await works(world, home, other.access_token)


async def test_a_replay_ends_it_also_when_the_code_has_expired_by_then(world: World, home: House) -> None:
    code = await world.code(home)
    first = sure(await world.exchange(home, code), TokenAnswer)
    world.now += CODE_LIFETIME + 1
    assert isinstance(await world.exchange(home, code), InvalidGrant)
    assert not await works(world, home, first.access_token)


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://thief.example.com/"},
        {"code_verifier": "w" * 43},
        {"code_verifier": None},
        {"client_secret": None},
    ],
    ids=["another redirect_uri", "another verifier", "no verifier", "no secret"],
)
async def test_who_only_saw_the_code_go_by_can_end_nothing(
    change: dict[str, str | None], world: World, home: House
) -> None:
    code = await world.code(home, code_challenge=s256(VERIFIER), code_challenge_method="S256")
    first = sure(await world.exchange(home, code, code_verifier=VERIFIER), TokenAnswer)
    refused = await world.exchange(home, code, **{"code_verifier": VERIFIER, **change})
    assert isinstance(refused, InvalidGrant | InvalidClient)
    assert await works(world, home, first.access_token)


async def test_a_refused_exchange_does_not_use_the_code_up(world: World, home: House) -> None:
    code = await world.code(home)
    assert isinstance(await world.exchange(home, code, redirect_uri=None), InvalidGrant)
    assert isinstance(await world.exchange(home, code, client_secret=None), InvalidClient)
    assert isinstance(await world.exchange(home, code), TokenAnswer)


@pytest.mark.rfc("6749", "4.1.2", "a code is good for one exchange only")
async def test_of_two_exchanges_at_once_one_wins_and_its_tokens_are_ended(
    world: World, home: House, store_url: str, keys: KeyRing
) -> None:
    code = await world.code(home)
    async with open_stores(store_url) as others:
        second = World(others, keys)
        answers = await asyncio.gather(*[either.exchange(home, code) for either in (world, second)])
    (won,) = [answer for answer in answers if isinstance(answer, TokenAnswer)]
    (lost,) = [answer for answer in answers if isinstance(answer, InvalidGrant)]
    assert "used before" in lost.description
    assert not await works(world, home, won.access_token)
    assert isinstance(await world.refresh(home, won.refresh_token), InvalidGrant)
    rows = dump(store_url)
    assert (len(rows["access_tokens"]), len(rows["refresh_tokens"])) == (1, 1)


@pytest.mark.rfc("6749", "4.1.3", "a code is bound to the client that it was issued to")
async def test_a_code_is_of_no_use_to_another_application(world: World, home: House) -> None:
    other, code = await other_application(world, home), await world.code(home)
    assert isinstance(await world.exchange(other, code), InvalidGrant)
    assert isinstance(await world.exchange(home, code), TokenAnswer)


async def test_a_code_is_of_no_use_at_another_provider(world: World, home: House, away: House) -> None:
    code = await world.code(home)
    assert isinstance(await world.exchange(away, code), InvalidGrant)
    there = await world.token.exchange(away.provider, exchange_of(home, code), NOTHING)
    assert isinstance(there, InvalidClient)
    assert isinstance(await world.exchange(home, code), TokenAnswer)


@pytest.mark.rfc("6749", "4.1.2", "a code expires soon after it was issued")
@pytest.mark.parametrize(("after", "good"), [(CODE_LIFETIME - 1, True), (CODE_LIFETIME, False)])
async def test_a_code_expires(after: int, good: bool, world: World, home: House) -> None:
    code = await world.code(home)
    world.now = START + after
    answer = await world.exchange(home, code)
    assert isinstance(answer, TokenAnswer if good else InvalidGrant)


async def test_an_access_that_was_ended_before_the_exchange_gives_nothing(world: World, home: House) -> None:
    code = await world.code(home)
    assert await world.authorized.end(home.owner, home.application.id)
    assert isinstance(await world.exchange(home, code), InvalidGrant)


async def test_a_user_who_is_disabled_before_the_exchange_gives_nothing(world: World, home: House) -> None:
    code = await world.code(home)
    await world.stores.people.set_disabled(home.provider.id, home.owner.id, disabled=True, now=world.now)
    assert isinstance(await world.exchange(home, code), InvalidGrant)


async def test_an_application_that_is_switched_off_or_gone_gets_nothing(world: World, home: House) -> None:
    code, held = await world.code(home), await world.tokens(home)
    p, client_id, store = home.provider.id, home.application.id, world.stores.applications
    await store.set_disabled(p, client_id, disabled=True, now=world.now)
    assert isinstance(await world.exchange(home, code), InvalidClient)
    assert isinstance(await world.refresh(home, held.refresh_token), InvalidClient)
    await store.set_disabled(p, client_id, disabled=False, now=world.now)
    assert isinstance(await world.refresh(home, held.refresh_token), TokenAnswer)
    await store.delete(p, client_id)
    assert isinstance(await world.exchange(home, code), InvalidClient)
    assert isinstance(await world.refresh(home, held.refresh_token), InvalidClient)


async def test_a_replaced_secret_works_no_more_and_what_was_issued_does(world: World, home: House) -> None:
    held = await world.tokens(home)
    made = sure(await world.applications.new_secret(home.owner, home.application.id), Registered)
    assert isinstance(await world.refresh(home, held.refresh_token), InvalidClient)
    assert await works(world, home, held.access_token)
    renewed = replace(home, client_secret=made.client_secret or "")
    assert isinstance(await world.refresh(renewed, held.refresh_token), TokenAnswer)


@pytest.mark.rfc("6749", "6", "a refresh gives a new access token of the same grant")
async def test_a_refresh_gives_a_new_access_token_and_echoes_the_refresh_token(world: World, home: House) -> None:
    held = await world.tokens(home)
    world.now += 10 * ACCESS_LIFETIME
    assert not await works(world, home, held.access_token)
    answers = [sure(await world.refresh(home, held.refresh_token), TokenAnswer) for _ in range(2)]
    assert [answer.refresh_token for answer in answers] == [held.refresh_token] * 2
    assert len({held.access_token, *(answer.access_token for answer in answers)}) == 3
    for answer in answers:
        assert (answer.expires_in, answer.scope) == (ACCESS_LIFETIME, "liveview read")
        assert await works(world, home, answer.access_token)


@pytest.mark.rfc("6749", "6", "a refresh may narrow the scope and never widen it")
async def test_a_refresh_may_narrow_the_scope_for_once_and_never_widen_it(world: World, home: House) -> None:
    held = await world.tokens(home, scope="read liveview")
    narrowed = sure(await world.refresh(home, held.refresh_token, scope="read"), TokenAnswer)
    assert narrowed.scope == "read"
    assert sure(await world.call(home, narrowed.access_token), Caller).scope == frozenset({"read"})
    assert isinstance(await world.refresh(home, held.refresh_token, scope="read events"), InvalidScope)
    assert sure(await world.refresh(home, held.refresh_token), TokenAnswer).scope == "liveview read"


@pytest.mark.rfc("6749", "6", "a refresh token is bound to the client that it was issued to")
async def test_a_refresh_is_refused_to_whoever_it_is_not_for(
    world: World, home: House, away: House, store_url: str
) -> None:
    held = await world.tokens(home)
    other = await other_application(world, home)
    theirs = await world.tokens(away)
    before = dump(store_url)
    assert isinstance(await world.refresh(other, held.refresh_token), InvalidGrant)
    assert isinstance(await world.refresh(away, held.refresh_token), InvalidGrant)
    assert isinstance(await world.refresh(home, theirs.refresh_token), InvalidGrant)
    assert isinstance(await world.refresh(home, held.access_token), InvalidGrant)
    assert isinstance(await world.refresh(home, (held.refresh_token or "")[:-1]), InvalidGrant)
    forged = world.mint.secret(Kind.REFRESH_TOKEN).text
    assert isinstance(await world.refresh(home, forged), InvalidGrant)
    assert isinstance(await world.refresh(home, held.refresh_token, client_secret=None), InvalidClient)
    assert isinstance(await world.refresh(home, None), InvalidRequest)
    assert dump(store_url) == before


async def test_a_right_id_with_a_wrong_secret_part_is_refused(world: World, home: House) -> None:
    held = await world.tokens(home)
    real = sure(parse(held.refresh_token or "", Kind.REFRESH_TOKEN), Presented)
    forged = Mint(ScriptedIds([real.id])).secret(Kind.REFRESH_TOKEN).text
    assert isinstance(await world.refresh(home, forged), InvalidGrant)
    secret = sure(parse(home.client_secret, Kind.CLIENT_SECRET), Presented)
    forged = Mint(ScriptedIds([secret.id])).secret(Kind.CLIENT_SECRET).text
    assert isinstance(await world.refresh(home, held.refresh_token, client_secret=forged), InvalidClient)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"grant_type": None}, InvalidRequest),
        ({"grant_type": "password"}, UnsupportedGrantType),
        ({"code": None}, InvalidRequest),
        ({"code": "made up"}, InvalidGrant),
        ({"client_id": None, "client_secret": None}, InvalidClient),
        ({"client_id": public_id(1)}, InvalidClient),
        ({"client_secret": "made up"}, InvalidClient),
    ],
)
async def test_what_is_missing_or_unknown_is_refused(
    change: dict[str, str | None], refusal: type[Exception], world: World, home: House
) -> None:
    code = await world.code(home)
    assert type(await world.exchange(home, **{"code": code, **change})) is refusal  # type: ignore[arg-type]  # code is str


async def test_a_parameter_that_was_sent_twice_is_refused(world: World, home: House) -> None:
    parameters = exchange_of(home, await world.code(home))
    doubled = Parameters(parameters.values, repeated=frozenset({"code"}))
    assert isinstance(await world.token.exchange(home.provider, doubled, NOTHING), InvalidRequest)


class ScriptedIds(IdSource):
    """Gives out these ids first."""

    def __init__(self, script: list[int]) -> None:
        super().__init__()
        self._script = script

    def next(self) -> int:
        """The next one of the script, or a real one when it is over."""
        return self._script.pop(0) if self._script else super().next()


async def test_an_id_that_is_taken_is_minted_anew(stores: Stores, world: World, home: House, keys: KeyRing) -> None:
    held = await world.tokens(home)
    access = sure(parse(held.access_token, Kind.ACCESS_TOKEN), Presented).id
    refresh = sure(parse(held.refresh_token or "", Kind.REFRESH_TOKEN), Presented).id
    # An exchange mints the access token's id first, then the refresh token's.
    clashes = [access, world.mint.id(), world.mint.id(), refresh]
    unlucky = World(stores, keys, Mint(ScriptedIds(clashes)))
    answer = sure(await unlucky.exchange(home, await world.code(home)), TokenAnswer)
    assert clashes == []
    assert await works(world, home, answer.access_token)
    assert await works(world, home, held.access_token)

    unlucky = World(stores, keys, Mint(ScriptedIds([access, access])))
    answer = sure(await unlucky.refresh(home, held.refresh_token), TokenAnswer)
    assert await works(world, home, answer.access_token)


async def test_ids_that_stay_taken_are_an_error_and_use_no_code_up(
    stores: Stores, world: World, home: House, keys: KeyRing
) -> None:
    held = await world.tokens(home)
    access = sure(parse(held.access_token, Kind.ACCESS_TOKEN), Presented).id
    code = await world.code(home)
    unlucky = World(stores, keys, Mint(ScriptedIds([access, access] * MAX_TRIES)))
    with pytest.raises(AlreadyExists):
        await unlucky.exchange(home, code)
    unlucky = World(stores, keys, Mint(ScriptedIds([access] * MAX_TRIES)))
    with pytest.raises(AlreadyExists):
        await unlucky.refresh(home, held.refresh_token)
    assert isinstance(await world.exchange(home, code), TokenAnswer)
