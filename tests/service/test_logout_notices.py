"""The end of a session: who is told, with what, when again, and what ends with it. Against a real server with TLS."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gatelodge.outbound import HttpOutbound
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import Kind, parse, public_id
from gatelodge.protocol.issuance import GrantContext
from gatelodge.protocol.jwt import Jwt
from gatelodge.service import signatures
from gatelodge.service.keys import KeyRing
from gatelodge.service.logout_notices import FIRST_PAUSE, LEASE, LONGEST_PAUSE, MOST_TRIES, LogoutNotices
from gatelodge.service.passwords import Passwords
from gatelodge.service.provisioning import ProvisioningService
from gatelodge.service.records import ApplicationForm, Granted, NewCode, Session
from gatelodge.service.sign_in import SignedIn, SignInService
from gatelodge.service.throttle import Throttle
from tests.support.elsewhere import Elsewhere, Page, elsewhere
from tests.support.stores import Stores, dump, open_stores
from tests.support.world import CALLBACK, PASSWORD, SESSION_LIFETIME, House, World, sure

OPENID = frozenset({"openid", "read"})


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The applications' server."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as server:
        yield server


@pytest.fixture
def there(listening: Elsewhere) -> Elsewhere:
    """The same, asked nothing yet."""
    listening.pages = {"/a": Page(status=200), "/b": Page(status=204), "/broken": Page(status=503)}
    listening.asked.clear()
    return listening


@dataclass(frozen=True)
class Around:
    """The use cases that this is about."""

    world: World
    notices: LogoutNotices
    sign_in: SignInService
    provisioning: ProvisioningService


@pytest.fixture
def around(world: World, there: Elsewhere) -> Around:
    """On the world's stores, allowed to reach loopback."""
    notices = world.notices_through(HttpOutbound("127.0.0.1", there.ca))
    stores = world.stores
    return Around(
        world,
        notices,
        SignInService(
            stores.people,
            stores.sessions,
            Passwords(),
            Throttle(),
            notices,
            world.mint,
            world.clock,
            lifetime=SESSION_LIFETIME,
        ),
        ProvisioningService(stores.providers, stores.people, Passwords(), world.mint, world.clock),
    )


async def listener(world: World, house: House, uri: str, **settings: Any) -> House:
    """The house with an application in hand that wants to hear of sign-outs at `uri`."""
    other = await world.register(house, name=f"Listener {uri}")
    form = ApplicationForm("Listener", "", (CALLBACK,), settings=ClientSettings(backchannel_logout_uri=uri, **settings))
    await world.stores.applications.update(house.provider.id, other.application.id, form)
    return other


async def allow(world: World, house: House, session: Session, scope: frozenset[str] = OPENID) -> int:
    """Have the session's user sign in to the house's application by the session; the grant's id."""
    waiting = parse(await world.ask(house), Kind.REQUEST)
    assert waiting is not None
    grant_id = world.mint.id()
    code = NewCode(
        world.mint.id(),
        b"c" * 32,
        grant_id,
        CALLBACK,
        True,
        None,
        world.now + 60,
        GrantContext(auth_time=world.now, session_id=session.id),
    )
    assert await world.stores.consents.allow(
        house.provider.id, waiting.id, session.user.id, house.application.id, Granted(scope, scope), code, now=world.now
    )
    return grant_id


async def claims_of(world: World, house: House, there: Elsewhere, number: int = 0) -> dict[str, Any]:
    """The claims of a logout token that came, its signature and type checked."""
    text = there.asked[number].form["logout_token"]
    claims = await world.signing.verified(house.provider, text, kind="logout+jwt")
    assert claims is not None
    return dict(claims)


@pytest.mark.rfc(
    "OpenID Connect Back-Channel Logout",
    "2.5",
    "the logout token is posted as logout_token to the address that the application registered",
)
@pytest.mark.rfc(
    "OpenID Connect Back-Channel Logout",
    "2.3",
    "the provider remembers which applications were signed in to by a session",
)
async def test_signing_out_tells_the_applications_of_this_session(
    around: Around, home: House, there: Elsewhere, store_url: str
) -> None:
    world = around.world
    first = [await listener(world, home, there.url(path)) for path in ("/a", "/b")]
    session, other = await world.session(home.owner), await world.session(home.owner)
    for house in first:
        await allow(world, house, session)
    await allow(world, first[0], other)
    await around.sign_in.sign_out(home.provider, session)
    assert sorted((one.method, one.target) for one in there.asked) == [("POST", "/a"), ("POST", "/b")]
    assert dump(store_url)["logout_notices"] == []
    number = [one.target for one in there.asked].index("/a")
    claims = await claims_of(world, home, there, number)
    assert claims["aud"] == first[0].client_id
    assert (claims["iss"], claims["sub"]) == (home.provider.origin, public_id(home.owner.id))
    assert claims["sid"] == public_id(session.id)
    assert "nonce" not in claims
    assert claims["iat"] == world.now
    assert sure(signatures.read_jwt(there.asked[number].form["logout_token"]), Jwt).header["alg"] == "ES256"


@pytest.mark.rfc(
    "OpenID Connect Back-Channel Logout", "2.4", "a logout token is signed as the application's ID tokens are"
)
async def test_the_applications_own_algorithm_signs(around: Around, home: House, there: Elsewhere) -> None:
    world = around.world
    house = await listener(world, home, there.url("/a"), id_token_signed_response_alg="EdDSA")
    session = await world.session(home.owner)
    await allow(world, house, session)
    await around.sign_in.sign_out(home.provider, session)
    token = sure(signatures.read_jwt(there.asked[0].form["logout_token"]), Jwt)
    assert (token.header["alg"], token.header["typ"]) == ("EdDSA", "logout+jwt")


async def test_who_was_not_signed_in_to_or_wants_to_hear_of_nothing_is_not_told(
    around: Around, home: House, there: Elsewhere, store_url: str
) -> None:
    world = around.world
    await listener(world, home, there.url("/a"))
    session = await world.session(home.owner)
    await allow(world, home, session)
    await around.sign_in.sign_out(home.provider, session)
    assert there.asked == []
    assert dump(store_url)["logout_notices"] == []


async def test_what_fails_is_tried_again_with_growing_pauses_and_given_up_after_a_day(
    around: Around, home: House, there: Elsewhere, store_url: str
) -> None:
    world = around.world
    house = await listener(world, home, there.url("/broken"))
    session = await world.session(home.owner)
    await allow(world, house, session)
    await around.sign_in.sign_out(home.provider, session)
    began = world.now
    pauses = []
    while rows := dump(store_url)["logout_notices"]:
        assert await around.notices.send_due() == 0
        pauses.append(rows[0]["next_try_at"] - world.now)
        world.now = rows[0]["next_try_at"]
        assert await around.notices.send_due() == 1
    assert pauses[:3] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    assert max(pauses) == LONGEST_PAUSE
    assert len(there.asked) == MOST_TRIES
    assert 80_000 < world.now - began < 100_000


@pytest.mark.rfc(
    "OpenID Connect Back-Channel Logout",
    "2.8",
    "only the answers 200 and 204 say that the application has signed its user out",
)
@pytest.mark.parametrize(("status", "left"), [(200, 0), (204, 0), (201, 1), (302, 1), (400, 1), (404, 1), (501, 1)])
async def test_which_answers_count(
    around: Around, home: House, there: Elsewhere, store_url: str, status: int, left: int
) -> None:
    world = around.world
    there.pages["/a"] = Page(status=status, headers={"Location": there.url("/b")} if status == 302 else {})
    house = await listener(world, home, there.url("/a"))
    session = await world.session(home.owner)
    await allow(world, house, session)
    await around.sign_in.sign_out(home.provider, session)
    assert len(dump(store_url)["logout_notices"]) == left
    assert [one.target for one in there.asked] == ["/a"]


async def test_what_can_never_be_reached_is_given_up_at_once(
    around: Around, home: House, there: Elsewhere, store_url: str
) -> None:
    world = around.world
    house = await listener(world, home, "https://10.0.0.1/logout")
    session = await world.session(home.owner)
    await allow(world, house, session)
    await around.sign_in.sign_out(home.provider, session)
    assert dump(store_url)["logout_notices"] == []


async def test_two_nodes_tell_each_application_once(
    around: Around, home: House, there: Elsewhere, store_url: str, keys: KeyRing
) -> None:
    world = around.world
    house = await listener(world, home, there.url("/a"))
    for _ in range(6):
        session = await world.session(home.owner)
        await allow(world, house, session)
        await world.stores.sessions.end(home.provider.id, session.id, now=world.now)
    async with open_stores(store_url) as others:
        second = World(others, keys).notices_through(HttpOutbound("127.0.0.1", there.ca))
        tried = await asyncio.gather(*(node.send_due() for node in (around.notices, second) for _ in range(2)))
    assert sum(tried) == len(there.asked) == 6
    assert len({one.form["logout_token"] for one in there.asked}) == 6


async def test_a_claim_that_nobody_carried_out_runs_out(
    around: Around, home: House, there: Elsewhere, stores: Stores
) -> None:
    world = around.world
    house = await listener(world, home, there.url("/a"))
    session = await world.session(home.owner)
    await allow(world, house, session)
    await stores.sessions.end(home.provider.id, session.id, now=world.now)
    (due,) = await stores.logout_notices.claim(session_id=None, most=9, lease=LEASE, now=world.now)
    assert (due.client_id, due.user_id, due.session_id, due.tries) == (house.client_id, home.owner.id, session.id, 1)
    assert await around.notices.send_due() == 0
    world.now += LEASE
    assert await around.notices.send_due() == 1
    assert len(there.asked) == 1


@pytest.mark.parametrize("how", ["password", "disabled"])
async def test_a_new_password_and_being_switched_off_end_sessions_and_tell(
    around: Around, home: House, there: Elsewhere, store_url: str, how: str
) -> None:
    world = around.world
    house = await listener(world, home, there.url("/a"))
    sessions = [await world.session(home.owner) for _ in range(2)]
    guests = await world.session(home.guest)
    for session in (*sessions, guests):
        await allow(world, house, session)
    if how == "password":
        assert await around.provisioning.set_password(home.owner, "another long password") is None
    else:
        await around.provisioning.set_disabled(home.owner, disabled=True)
    assert await around.notices.send_due() == 2
    told_of = {(await claims_of(world, home, there, number))["sid"] for number in range(2)}
    assert told_of == {public_id(session.id) for session in sessions}
    assert [row["id"] for row in dump(store_url)["sessions"]] == [guests.id]


@pytest.mark.rfc(
    "OpenID Connect Back-Channel Logout",
    "2.7",
    "refresh tokens given without offline_access end with the session, those given with it do not",
)
@pytest.mark.parametrize(
    ("scope", "ends"),
    [({"openid"}, True), ({"openid", "read"}, True), ({"openid", "offline_access"}, False), ({"read"}, False)],
)
async def test_what_ends_with_the_session(
    around: Around, home: House, store_url: str, scope: set[str], ends: bool
) -> None:
    """What an application was given without `openid` is the contract's permanent access, and stays."""
    world = around.world
    session, other = await world.session(home.owner), await world.session(home.owner)
    grant_id = await allow(world, home, session, frozenset(scope))
    elsewhere_id = await allow(world, home, other, frozenset(scope))
    await around.sign_in.sign_out(home.provider, session)
    revoked = {row["id"]: row["revoked_at"] for row in dump(store_url)["grants"]}
    assert revoked[grant_id] == (world.now if ends else None)
    assert revoked[elsewhere_id] is None


async def test_signing_in_again_goes_on_with_the_session_under_another_secret(
    around: Around, home: House, there: Elsewhere
) -> None:
    """Applications know it by its id: they must not hear of an end that there was none of."""
    world = around.world
    house = await listener(world, home, there.url("/a"))
    session = await world.session(home.owner)
    await allow(world, house, session)
    world.now += 100
    again = await around.sign_in.sign_in(
        home.provider, home.owner.email, PASSWORD, address="198.18.0.1", present=session
    )
    assert isinstance(again, SignedIn)
    assert (again.session.id, again.session.created_at) == (session.id, world.now)
    found = await around.sign_in.session(home.provider, again.secret.text)
    assert found == again.session
    await around.sign_in.sign_out(home.provider, again.session)
    assert len(there.asked) == 1


async def test_somebody_else_gets_a_session_of_their_own(around: Around, home: House) -> None:
    session = await around.world.session(home.owner)
    begun = await around.sign_in.begin(home.guest, session)
    assert begun.session.id != session.id


async def test_a_session_that_has_ended_does_not_go_on(around: Around, home: House) -> None:
    session = await around.world.session(home.owner)
    await around.sign_in.sign_out(home.provider, session)
    begun = await around.sign_in.begin(home.owner, session)
    assert begun.session.id != session.id


async def test_nothing_is_noted_of_a_session_that_has_just_ended(around: Around, home: House, store_url: str) -> None:
    world = around.world
    session = await world.session(home.owner)
    await allow(world, home, replace(session, id=session.id + 1))
    assert dump(store_url)["session_applications"] == []
