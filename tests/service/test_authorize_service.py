"""The authorization endpoint's use case on a real database: from the application's request to the answer it gets."""

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from gatelodge.protocol.authorization import Step
from gatelodge.protocol.credentials import Kind, parse
from gatelodge.protocol.errors import UntrustedRedirect
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pkce import s256
from gatelodge.service.answering import SendBack
from gatelodge.service.applications import Registered
from gatelodge.service.authorize import Ask, Gone
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.keys import KeyRing
from gatelodge.service.records import ApplicationForm, Consent
from tests.support.stores import dump, open_stores
from tests.support.world import (
    CALLBACK,
    LOOPBACK,
    REQUEST_LIFETIME,
    START,
    House,
    World,
    answer_of,
    request_of,
    sure,
)

STATES = ["as it was", "a b&c=d#e?f/ü%20+", "=&=", " ", "x" * 2000]


async def public_application(world: World, house: House, *redirect_uris: str) -> House:
    """The same house, with a public application in hand."""
    form = ApplicationForm("Public", "", redirect_uris or (CALLBACK,), confidential=False)
    made = sure(await world.applications.register(house.owner, form), Registered)
    return replace(house, application=made.application)


async def begin(world: World, house: House, **more: str | None) -> str | SendBack | UntrustedRedirect:
    """What the endpoint makes of the application's request."""
    return await world.authorize.begin(house.provider, request_of(house, **more))


# What is not trusted is told to the person, and goes nowhere.


@pytest.mark.rfc(
    "6749", "4.1.2.1", "an unknown client or an unregistered redirect_uri is told to the person, not redirected"
)
@pytest.mark.parametrize(
    "change",
    [
        {"client_id": None},
        {"client_id": "made up"},
        {"client_id": "00000000001"},
        {"redirect_uri": "https://thief.example.com/"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?x=1"},
        {"redirect_uri": None},  # the application has two
        {"redirect_url": CALLBACK},  # beside redirect_uri
    ],
    ids=[
        "no client",
        "malformed client",
        "unknown client",
        "a thief's",
        "a slash more",
        "a query more",
        "none",
        "both",
    ],
)
async def test_an_untrusted_request_goes_nowhere(
    change: dict[str, str | None], world: World, home: House, store_url: str
) -> None:
    assert isinstance(await begin(world, home, **change), UntrustedRedirect)
    assert dump(store_url)["authorization_requests"] == []


async def test_an_application_of_another_provider_is_unknown_here(world: World, home: House, away: House) -> None:
    foreign = replace(away, provider=home.provider)
    assert isinstance(await begin(world, foreign), UntrustedRedirect)


async def test_an_application_that_was_switched_off_is_not_trusted(world: World, home: House) -> None:
    store = world.stores.applications
    await store.set_disabled(home.provider.id, home.application.id, disabled=True, now=world.now)
    assert isinstance(await begin(world, home), UntrustedRedirect)


@pytest.mark.rfc("6749", "4.1.2.1", "every other fault is the application's to hear, with the state that it sent")
@pytest.mark.rfc("9207", "2", "every answer of the authorization endpoint names the issuer, an error as well")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "read everything"}, "invalid_scope"),
        ({"scope": 'read "'}, "invalid_scope"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "c" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "c" * 43}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "later"}, "invalid_request"),
    ],
)
async def test_a_bad_request_is_sent_back_at_once(
    change: dict[str, str | None], error: str, world: World, home: House, store_url: str
) -> None:
    answer = sure(await begin(world, home, **change), SendBack)
    assert answer.url.startswith(f"{CALLBACK}?")
    values = answer_of(answer)
    assert values.pop("error_description")
    assert values == {"error": error, "state": "as it was", "iss": home.provider.origin}
    assert dump(store_url)["authorization_requests"] == []


@pytest.mark.rfc("7636", "4.4.1", "a public client that sends no code_challenge is refused")
async def test_a_public_application_must_send_a_challenge(world: World, home: House) -> None:
    public = await public_application(world, home)
    assert answer_of(await begin(world, public))["error"] == "invalid_request"
    assert isinstance(await begin(world, public, code_challenge=s256("v" * 43), code_challenge_method="S256"), str)


async def test_a_parameter_that_came_twice_is_sent_back_without_a_doubtful_state(world: World, home: House) -> None:
    sent = request_of(home).values
    for repeated, state in (("scope", {"state": "as it was"}), ("state", {})):
        answer = await world.authorize.begin(home.provider, Parameters(sent, repeated=frozenset({repeated})))
        values = answer_of(answer)
        assert values.pop("error_description")
        assert values == {"error": "invalid_request", "iss": home.provider.origin} | state


# A good request waits for its user.


async def test_a_request_waits_for_somebody_to_sign_in_then_to_decide(world: World, home: House) -> None:
    handle, browser = await world.ask(home), world.browser()
    asked = sure(await world.authorize.look(home.provider, handle, browser, None), Ask)
    assert asked.step is Step.SIGN_IN
    session = await world.session(home.guest)
    asked = sure(await world.authorize.look(home.provider, handle, browser, session), Ask)
    assert asked.step is Step.CONSENT
    assert asked.request.scope == frozenset({"read", "liveview"})
    assert (asked.client.id, asked.client.name, asked.owner) == (
        home.application.id,
        home.application.name,
        home.account.name,
    )


@pytest.mark.rfc("6749", "4.1.2", "the answer carries the code and the state exactly as it was sent")
@pytest.mark.rfc("9207", "2", "every answer of the authorization endpoint names the issuer")
@pytest.mark.parametrize("state", STATES, ids=range(len(STATES)))
async def test_allowing_sends_the_browser_back_with_a_code(state: str, world: World, home: House) -> None:
    handle, session = await world.ask(home, state=state), await world.session(home.guest)
    step = await world.authorize.decide(home.provider, handle, world.browser(), session, allow=True)
    answer = sure(step, SendBack)
    values = answer_of(answer)
    code = values.pop("code")
    assert values == {"state": state, "iss": home.provider.origin}
    assert answer.url.partition("?")[0] == CALLBACK
    assert parse(code, Kind.CODE)
    found = await world.stores.consents.find(home.provider.id, home.guest.id, home.application.id)
    assert found == Consent(frozenset({"read", "liveview"}), START)
    assert isinstance(await world.exchange(home, code), TokenAnswer)


async def test_without_a_state_the_answer_has_none(world: World, home: House) -> None:
    handle, session = await world.ask(home, state=None), await world.session(home.owner)
    step = await world.authorize.decide(home.provider, handle, world.browser(), session, allow=True)
    assert set(answer_of(step)) == {"code", "iss"}


@pytest.mark.rfc("6749", "4.1.2.1", "a user's refusal is answered with access_denied and the state")
@pytest.mark.rfc("9207", "2", "every answer of the authorization endpoint names the issuer, a refusal as well")
async def test_denying_sends_the_browser_back_with_access_denied(world: World, home: House, store_url: str) -> None:
    handle, session = await world.ask(home), await world.session(home.owner)
    step = await world.authorize.decide(home.provider, handle, world.browser(), session, allow=False)
    values = answer_of(step)
    assert values.pop("error_description")
    assert values == {"error": "access_denied", "state": "as it was", "iss": home.provider.origin}
    rows = dump(store_url)
    assert [rows[table] for table in ("authorization_requests", "consents", "grants", "codes")] == [[]] * 4


@pytest.mark.rfc("6749", "3.1.2", "the redirect_uri's own query is kept")
async def test_a_query_of_the_redirect_uri_is_kept(world: World, home: House) -> None:
    uri = "https://app.example.com/in?tenant=7&x=%2F"
    form = ApplicationForm("Query", "", (uri,))
    made = sure(await world.applications.register(home.owner, form), Registered)
    house = replace(home, application=made.application)
    session = await world.session(home.owner)
    handle = await world.ask(house, redirect_uri=uri)
    step = await world.authorize.decide(home.provider, handle, world.browser(), session, allow=True)
    url = sure(step, SendBack).url
    assert url.startswith(f"{uri}&")
    assert {"tenant": ["7"], "x": ["/"]}.items() <= parse_qs(urlsplit(url).query).items()


@pytest.mark.rfc("6749", "3.1.2.3", "with a single registered redirect_uri the request may leave it out")
async def test_the_only_redirect_uri_may_be_left_out_and_then_at_the_exchange_too(world: World, home: House) -> None:
    made = sure(await world.applications.register(home.owner, ApplicationForm("One", "", (CALLBACK,))), Registered)
    house = replace(home, application=made.application, client_secret=made.client_secret or "")
    code = await world.code(house, redirect_uri=None)
    assert isinstance(await world.exchange(house, code, redirect_uri=None), TokenAnswer)


@pytest.mark.rfc("8252", "7.3", "a loopback redirect_uri may come with any port, and the answer goes to that one")
async def test_a_loopback_address_may_come_with_another_port(world: World, home: House) -> None:
    there = LOOPBACK.replace("9000", "54321")
    handle, session = await world.ask(home, redirect_uri=there), await world.session(home.owner)
    step = await world.authorize.decide(home.provider, handle, world.browser(), session, allow=True)
    assert sure(step, SendBack).url.startswith(f"{there}?")
    code = answer_of(step)["code"]
    assert isinstance(await world.exchange(home, code, redirect_uri=there), TokenAnswer)


# One answer, to one browser, for one request.


async def test_a_request_is_answered_only_once(world: World, home: House) -> None:
    handle, browser, session = await world.ask(home), world.browser(), await world.session(home.owner)
    assert answer_of(await world.authorize.decide(home.provider, handle, browser, session, allow=True))["code"]
    for allow in (True, False):
        again = await world.authorize.decide(home.provider, handle, browser, session, allow=allow)
        assert isinstance(again, Gone)
    assert isinstance(await world.authorize.look(home.provider, handle, browser, session), Gone)


async def test_two_clicks_at_once_are_answered_once(world: World, home: House, store_url: str, keys: KeyRing) -> None:
    handle, browser, session = await world.ask(home), world.browser(), await world.session(home.owner)
    await world.authorize.look(home.provider, handle, browser, session)
    async with open_stores(store_url) as others:
        services = [world.authorize, World(others, keys).authorize]
        answers = await asyncio.gather(
            *[
                service.decide(home.provider, handle, browser, session, allow=allow)
                for allow in (True, False)
                for service in services
            ]
        )
    assert sorted(type(answer).__name__ for answer in answers) == ["Gone"] * 3 + ["SendBack"]
    rows = dump(store_url)
    allowed = "code=" in next(answer.url for answer in answers if isinstance(answer, SendBack))
    assert len(rows["codes"]) == len(rows["grants"]) == len(rows["consents"]) == allowed


async def test_a_request_belongs_to_the_first_browser_that_comes_with_it(world: World, home: House) -> None:
    handle, first, second = await world.ask(home), world.browser(), world.browser()
    session = await world.session(home.owner)
    assert isinstance(await world.authorize.look(home.provider, handle, first, None), Ask)
    assert isinstance(await world.authorize.look(home.provider, handle, second, session), Gone)
    assert isinstance(await world.authorize.decide(home.provider, handle, second, session, allow=True), Gone)
    await world.authorize.signed_in(home.provider, handle, second, session)
    assert isinstance(await world.authorize.look(home.provider, handle, first, session), Ask)
    assert answer_of(await world.authorize.decide(home.provider, handle, first, session, allow=True))["code"]


async def test_a_request_is_of_no_use_at_another_provider(world: World, home: House, away: House) -> None:
    handle, browser = await world.ask(home), world.browser()
    theirs = await world.session(away.owner)
    assert isinstance(await world.authorize.look(away.provider, handle, browser, theirs), Gone)
    assert isinstance(await world.authorize.decide(away.provider, handle, browser, theirs, allow=True), Gone)
    assert isinstance(await world.authorize.look(home.provider, handle, world.browser(), None), Ask)


async def test_a_handle_that_is_made_up_or_mistyped_is_gone(world: World, home: House) -> None:
    handle, browser = await world.ask(home), world.browser()
    for wrong in ("", "x", handle[:-1], world.mint.secret(Kind.REQUEST).text, world.mint.secret(Kind.CODE).text):
        assert isinstance(await world.authorize.look(home.provider, wrong, browser, None), Gone)


async def test_a_request_waits_so_long_and_no_longer(world: World, home: House) -> None:
    handle, browser = await world.ask(home), world.browser()
    world.now = START + REQUEST_LIFETIME - 1
    assert isinstance(await world.authorize.look(home.provider, handle, browser, None), Ask)
    session = await world.session(home.owner)
    world.now = START + REQUEST_LIFETIME
    assert isinstance(await world.authorize.look(home.provider, handle, browser, session), Gone)
    assert isinstance(await world.authorize.decide(home.provider, handle, browser, session, allow=True), Gone)


@pytest.mark.parametrize("deleted", [False, True])
async def test_an_application_that_ends_while_its_request_waits_gets_no_answer(
    deleted: bool, world: World, home: House
) -> None:
    handle, browser, session = await world.ask(home), world.browser(), await world.session(home.owner)
    p, client_id, store = home.provider.id, home.application.id, world.stores.applications
    if deleted:
        await store.delete(p, client_id)
    else:
        await store.set_disabled(p, client_id, disabled=True, now=world.now)
    assert isinstance(await world.authorize.look(home.provider, handle, browser, session), Gone)
    assert isinstance(await world.authorize.decide(home.provider, handle, browser, session, allow=True), Gone)


# What was allowed before is not asked again, unless the request says so.


async def test_what_was_allowed_before_needs_no_second_consent_and_more_does(world: World, home: House) -> None:
    await world.tokens(home, scope="read liveview")
    session = await world.session(home.owner)

    async def look(scope: str, **more: str) -> object:
        handle = await world.ask(home, scope=scope, **more)
        return await world.authorize.look(home.provider, handle, world.browser(), session)

    for scope in ("read", "liveview read"):
        code = answer_of(await look(scope))["code"]
        assert sure(await world.exchange(home, code), TokenAnswer).scope == " ".join(sorted(scope.split()))
    assert sure(await look("read events"), Ask).step is Step.CONSENT
    assert sure(await look("read", prompt="consent"), Ask).step is Step.CONSENT
    await world.authorized.end(home.owner, home.application.id)
    assert sure(await look("read"), Ask).step is Step.CONSENT


async def test_one_users_consent_is_nobody_elses(world: World, home: House) -> None:
    await world.tokens(home, home.owner)
    session = await world.session(home.guest)
    step = await world.authorize.look(home.provider, await world.ask(home), world.browser(), session)
    assert sure(step, Ask).step is Step.CONSENT


@pytest.mark.rfc("8252", "8.6", "where the client's identity is not assured, a remembered consent does not answer")
@pytest.mark.parametrize(("uri", "asked"), [(LOOPBACK, True), ("com.example.app:/in", True), (CALLBACK, False)])
async def test_a_public_application_is_asked_again_unless_its_address_proves_it(
    uri: str, asked: bool, world: World, home: House
) -> None:
    public = await public_application(world, home, uri)
    session = await world.session(home.owner)

    async def ask() -> str:
        challenge = s256("v" * 43)
        return await world.ask(public, redirect_uri=uri, code_challenge=challenge, code_challenge_method="S256")

    first = await world.authorize.decide(home.provider, await ask(), world.browser(), session, allow=True)
    assert isinstance(first, SendBack)
    step = await world.authorize.look(home.provider, await ask(), world.browser(), session)
    assert isinstance(step, Ask if asked else SendBack)


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "prompt=login has the user sign in anew, also with a session")
@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
async def test_prompt_login_is_content_only_with_a_session_begun_for_this_request(
    prompt: str, world: World, home: House
) -> None:
    await world.tokens(home)
    handle, browser = await world.ask(home, prompt=prompt), world.browser()
    other = await world.ask(home, prompt=prompt)
    old, new = await world.session(home.owner), await world.session(home.owner)
    look = world.authorize.look
    assert sure(await look(home.provider, handle, browser, old), Ask).step is Step.SIGN_IN
    # Nor can the sign-in be skipped by going straight to the decision.
    step = await world.authorize.decide(home.provider, handle, browser, old, allow=True)
    assert sure(step, Ask).step is Step.SIGN_IN

    await world.authorize.signed_in(home.provider, handle, browser, new)
    assert sure(await look(home.provider, handle, browser, old), Ask).step is Step.SIGN_IN
    assert sure(await look(home.provider, other, world.browser(), new), Ask).step is Step.SIGN_IN
    step = await look(home.provider, handle, browser, new)
    if "consent" in prompt:
        assert sure(step, Ask).step is Step.CONSENT
        step = await world.authorize.decide(home.provider, handle, browser, new, allow=True)
    assert answer_of(step)["code"]


@pytest.mark.rfc("OpenID Connect Core", "3.1.2.1", "prompt=none shows nothing: it answers, or says why it can't")
async def test_prompt_none_asks_nobody_anything(world: World, home: House) -> None:
    async def look(user: bool) -> dict[str, str]:
        session = await world.session(home.owner) if user else None
        handle = await world.ask(home, prompt="none")
        return answer_of(await world.authorize.look(home.provider, handle, world.browser(), session))

    for user, error in ((False, "login_required"), (True, "consent_required")):
        values = await look(user)
        assert values.pop("error_description")
        assert values == {"error": error, "state": "as it was", "iss": home.provider.origin}
    await world.tokens(home)
    assert set(await look(True)) == {"code", "state", "iss"}


async def test_no_answer_has_a_parameter_twice(world: World, home: House) -> None:
    session = await world.session(home.owner)
    steps: list[object] = [await begin(world, home, scope=None)]
    for allow in (True, False):
        handle = await world.ask(home)
        steps.append(await world.authorize.decide(home.provider, handle, world.browser(), session, allow=allow))
    for step in steps:
        names = [name for name, _ in parse_qsl(urlsplit(sure(step, SendBack).url).query)]
        assert len(names) == len(set(names))
