"""Attacks on the grants without a redirect: the device flow (RFC 8628, RFC 10027), token exchange (RFC 8693)."""

import json
import re
from dataclasses import dataclass

import pytest

from gatelodge.identity.rights import ALL_RIGHTS
from gatelodge.protocol.client import DEVICE_CODE, FOR_USERS, REFRESH_TOKEN, TOKEN_EXCHANGE
from gatelodge.protocol.credentials import Kind, compose, public_id
from gatelodge.protocol.token_exchange import ACCESS_TOKEN
from gatelodge.service.applications import Registered
from gatelodge.service.device_flow import PER_USER
from gatelodge.service.records import ApplicationForm
from gatelodge.service.services import Services
from gatelodge.service.user_tokens import MadeToken
from tests.attacks.world import House
from tests.support.server import Server
from tests.web.browser import Browser, field
from tests.web.raw import Answer
from tests.web.served import use


@dataclass(frozen=True)
class Machines:
    """Applications that need no browser, as their clients know them, and a token of the owner's own."""

    television: str  # public: devices
    radio: str  # another one, likewise
    narrower: tuple[str, str]  # client_id and secret: exchanges tokens
    script: str  # reads and watches live
    harbours: str  # the same of a user of another provider


@pytest.fixture(scope="module")
def machines(server: Server, house: House) -> Machines:
    """Made once, on the shared server."""

    async def build(services: Services) -> Machines:
        providers = {one.host: one for one in await services.providers.all()}
        owner = await services.people.by_email(providers["localhost"].id, house.owner.email)
        harbour = await services.people.by_email(providers["harbour.localhost"].id, house.harbour.email)
        assert owner is not None
        assert harbour is not None
        devices = frozenset({DEVICE_CODE, REFRESH_TOKEN})
        made = [
            await services.applications.register(owner, form)
            for form in (
                ApplicationForm("Television", "", (), confidential=False, grant_types=devices),
                ApplicationForm("Radio", "", (), confidential=False, grant_types=devices),
                ApplicationForm("Narrower", "", ("https://n.example/cb",), grant_types=FOR_USERS | {TOKEN_EXCHANGE}),
            )
        ]
        ids = [public_id(one.application.id) for one in made if isinstance(one, Registered)]
        assert isinstance(made[2], Registered)
        scope = frozenset({"read", "liveview"})
        tokens = [await services.user_tokens.create(one, "Script", scope, None) for one in (owner, harbour)]
        texts = [one.text for one in tokens if isinstance(one, MadeToken)]
        return Machines(ids[0], ids[1], (ids[2], made[2].client_secret or ""), texts[0], texts[1])

    return use(server, build)


def post(server: Server, path: str, host: str = "localhost", **fields: str) -> Answer:
    """A request of a machine's."""
    return Browser(server, host).post(path, fields)


def members(answer: Answer) -> dict[str, object]:
    """The members of a JSON answer."""
    found: dict[str, object] = json.loads(answer.text)
    return found


def begin(server: Server, client_id: str, scope: str = "read liveview") -> dict[str, object]:
    """A device that waits."""
    answer = post(server, "/oauth2/device_authorization", client_id=client_id, scope=scope)
    assert answer.status == 200, answer.text
    return members(answer)


def poll(server: Server, client_id: str, device_code: object, **more: str) -> Answer:
    """Its next request."""
    fields = {"grant_type": DEVICE_CODE, "device_code": str(device_code), "client_id": client_id, **more}
    return post(server, "/oauth2/token", **fields)


def code(answer: Answer) -> object:
    """The error of an answer."""
    assert answer.status in (400, 401), answer.text
    return members(answer)["error"]


def allow(browser: Browser, asked: dict[str, object]) -> Answer:
    """Let the device in, page by page."""
    shown = browser.post(
        "/device", {"csrf": field(browser.get("/device"), "csrf"), "user_code": str(asked["user_code"])}
    )
    fields = {"csrf": field(shown, "csrf"), "user_code": str(asked["user_code"]), "answer": "allow", "cameras": "all"}
    return browser.post("/device/answer", fields)


@pytest.mark.rfc("8628", "5.2", "device codes can't be guessed: each is 256 random bits, and the checksum says if not")
def test_guessing_device_codes(server: Server, house: House, machines: Machines, owner: Browser) -> None:
    asked = begin(server, machines.television)
    assert allow(owner, asked).status == 200
    text = str(asked["device_code"])
    row_id = 0
    for guess in (
        compose(Kind.DEVICE_CODE, row_id, bytes(32))[0],
        text[:-1] + ("0" if text[-1] != "0" else "1"),
        text.swapcase(),
        text.replace("gldc", "glac"),
        text + " ",
        "x",
        house.owner.password,
    ):
        assert code(poll(server, machines.television, guess)) == "invalid_grant", guess
    assert poll(server, machines.television, text).status == 200  # nothing of it has ended the real one


def test_a_device_code_of_another_application_or_provider(server: Server, machines: Machines, owner: Browser) -> None:
    asked = begin(server, machines.television)
    assert allow(owner, asked).status == 200
    assert code(poll(server, machines.radio, asked["device_code"])) == "invalid_grant"
    harbour = post(
        server,
        "/oauth2/token",
        "harbour.localhost",
        grant_type=DEVICE_CODE,
        device_code=str(asked["device_code"]),
        client_id=machines.television,
    )
    assert code(harbour) == "invalid_client"
    assert code(poll(server, server.client_id, asked["device_code"], client_secret=server.client_secret)) == (
        "unauthorized_client"
    )
    assert poll(server, machines.television, asked["device_code"]).status == 200


def test_a_user_code_is_one_providers(server: Server, house: House, machines: Machines) -> None:
    asked = begin(server, machines.television)
    stranger = Browser(server, "harbour.localhost")
    assert stranger.sign_in(house.harbour).status == 303
    answer = allow_page(stranger, str(asked["user_code"]))
    assert answer.status == 422
    assert "Television" not in answer.text


def allow_page(browser: Browser, typed: str) -> Answer:
    """What comes of a code that is typed."""
    return browser.post("/device", {"csrf": browser.csrf(), "user_code": typed})


@pytest.mark.rfc("8628", "5.1", "guessing user codes is slowed down")
@pytest.mark.rfc("10027", "6.1", "who tries many codes has to wait; nobody else has to")
def test_guessing_user_codes(server: Server, house: House, machines: Machines) -> None:
    asked = begin(server, machines.television)
    guesser = Browser(server)
    assert guesser.sign_in(house.neighbour).status == 303
    token = guesser.csrf()
    for _ in range(PER_USER.amount):
        answer = guesser.post("/device", {"csrf": token, "user_code": "BCBC-BCBC"})
        assert answer.status == 422
    waits = guesser.post("/device", {"csrf": token, "user_code": str(asked["user_code"])})
    assert waits.status == 429
    assert 0 < int(waits["retry-after"]) <= PER_USER.seconds
    assert "Television" not in waits.text
    again = Browser(server)  # the count is the user's, not the browser's
    assert again.sign_in(house.neighbour).status == 303
    assert allow_page(again, str(asked["user_code"])).status == 429
    elsewhere = Browser(server)
    assert elsewhere.sign_in(house.guest).status == 303
    assert allow_page(elsewhere, str(asked["user_code"])).status == 200


def test_nobody_learns_of_a_code_without_signing_in(server: Server, machines: Machines) -> None:
    asked, anybody = begin(server, machines.television), Browser(server)
    shown = anybody.get(f"/device?user_code={asked['user_code']}")
    assert (shown.status, shown["location"].partition("?")[0]) == (303, "/signin")
    assert "Television" not in anybody.follow(shown).text
    posted = anybody.post("/device", {"csrf": anybody.csrf(), "user_code": str(asked["user_code"])})
    assert posted.status == 303
    assert "Television" not in posted.text


@pytest.mark.rfc("8628", "5.4", "whoever is sent a code is shown who asks, from where and when, and is warned")
@pytest.mark.rfc("8628", "3.3.1", "a code that comes with the address still has to be confirmed")
@pytest.mark.rfc("10027", "6.1", "the person is told what they let in, and that it may be somebody else's")
def test_a_code_that_somebody_sent(server: Server, machines: Machines, owner: Browser) -> None:
    attacker = Browser(server, address="198.51.100.66")
    first_request = {"client_id": machines.television, "scope": "read liveview"}
    asked = members(attacker.post("/oauth2/device_authorization", first_request))
    link = str(asked["verification_uri_complete"]).removeprefix(server.origin)
    first = owner.get(link)
    assert first.status == 200
    assert "Television" not in first.text  # the link alone leads to no question that could be allowed
    assert "Allow access" not in first.text
    for words in ("Only continue if you started this yourself", "If somebody sent you this code"):
        assert words in first.text
    told = allow_page(owner, str(asked["user_code"]))
    for words in ("198.51.100.66", "Another network than yours", "just now", "Television", str(asked["user_code"])):
        assert words in told.text, words
    assert "If somebody sent you the code, choose Deny" in re.sub(r"\s+", " ", told.text)


def test_the_pages_can_not_be_framed_or_posted_from_elsewhere(
    server: Server, machines: Machines, owner: Browser
) -> None:
    asked = begin(server, machines.television)
    page = owner.get(f"/device?user_code={asked['user_code']}")
    assert "frame-ancestors 'none'" in page["content-security-policy"]
    token = field(page, "csrf")
    fields = {"csrf": token, "user_code": str(asked["user_code"]), "answer": "allow", "cameras": "all"}
    assert owner.post("/device/answer", fields, ("Sec-Fetch-Site", "cross-site")).status == 403
    assert owner.post("/device/answer", {**fields, "csrf": "x"}).status == 403
    assert owner.get(f"/device/answer?{'&'.join(f'{k}={v}' for k, v in fields.items())}").status == 405
    assert code(poll(server, machines.television, asked["device_code"])) == "authorization_pending"


@pytest.mark.rfc("10027", "6.1", "a device code is good for one answer")
def test_a_replayed_device_code(server: Server, machines: Machines, owner: Browser) -> None:
    asked = begin(server, machines.television)
    assert allow(owner, asked).status == 200
    tokens = members(poll(server, machines.television, asked["device_code"]))
    assert code(poll(server, machines.television, asked["device_code"])) == "invalid_grant"
    assert use_token(server, str(tokens["access_token"])).status == 401
    refresh = post(
        server,
        "/oauth2/token",
        grant_type="refresh_token",
        refresh_token=str(tokens["refresh_token"]),
        client_id=machines.television,
    )
    assert code(refresh) == "invalid_grant"


@pytest.mark.rfc("6749", "6", "a refresh never gives more than was granted, for a device neither")
def test_more_scope_on_refresh(server: Server, machines: Machines, owner: Browser) -> None:
    asked = begin(server, machines.television, "read")
    assert allow(owner, asked).status == 200
    tokens = members(poll(server, machines.television, asked["device_code"]))
    for scope in ("read liveview", "write", " ".join(sorted(ALL_RIGHTS))):
        refresh = post(
            server,
            "/oauth2/token",
            grant_type="refresh_token",
            refresh_token=str(tokens["refresh_token"]),
            client_id=machines.television,
            scope=scope,
        )
        assert code(refresh) == "invalid_scope"


def test_the_answer_can_not_be_widened(server: Server, machines: Machines, owner: Browser) -> None:
    asked = begin(server, machines.television, "read")
    shown = allow_page(owner, str(asked["user_code"]))
    fields = {
        "csrf": field(shown, "csrf"),
        "user_code": str(asked["user_code"]),
        "answer": "allow",
        "cameras": "all",
        "scope": "recordings_delete",
    }
    assert owner.post("/device/answer", fields).status == 422
    assert code(poll(server, machines.television, asked["device_code"])) == "authorization_pending"


def use_token(server: Server, token: str, host: str = "localhost") -> Answer:
    """A call of the Graph API."""
    headers = (("Content-Type", "application/json"), ("Authorization", f"Bearer {token}"))
    return Browser(server, host).send("POST", "/api/graphql", headers, b'{"query":"{cameraList{name}}"}')


def exchange(server: Server, machines: Machines, subject: str, host: str = "localhost", **more: str) -> Answer:
    """One token for another."""
    client_id, secret = machines.narrower
    fields = {
        "grant_type": TOKEN_EXCHANGE,
        "client_id": client_id,
        "client_secret": secret,
        "subject_token": subject,
        "subject_token_type": ACCESS_TOKEN,
        **more,
    }
    return post(server, "/oauth2/token", host, **fields)


@pytest.mark.rfc("8693", "2.1", "what is given is never more than what was shown")
def test_more_by_exchange(server: Server, machines: Machines) -> None:
    narrow = members(exchange(server, machines, machines.script, scope="read"))
    for scope in ("read liveview", "write"):
        assert code(exchange(server, machines, str(narrow["access_token"]), scope=scope)) == "invalid_scope"
    again = members(exchange(server, machines, str(narrow["access_token"])))
    assert again["scope"] == "read"
    assert int(str(again["expires_in"])) <= int(str(narrow["expires_in"]))
    assert "refresh_token" not in again


def test_tokens_do_not_cross_providers_by_exchange(server: Server, machines: Machines) -> None:
    assert code(exchange(server, machines, machines.harbours)) == "invalid_request"
    assert code(exchange(server, machines, machines.script, "harbour.localhost")) == "invalid_client"


def test_what_has_ended_is_not_exchanged(server: Server, house: House, machines: Machines) -> None:
    narrow = members(exchange(server, machines, machines.script, scope="read"))
    token = str(narrow["access_token"])
    assert use_token(server, token).status == 200
    assert post(server, "/oauth2/revoke", token=token).status == 200
    assert use_token(server, token).status == 401
    assert code(exchange(server, machines, token)) == "invalid_request"
    assert house.owner.role == "owner"


@pytest.mark.rfc("8693", "2.1", "nobody becomes another application, or acts in another's name")
def test_actors_are_not_confused(server: Server, machines: Machines, owner: Browser) -> None:
    asked = begin(server, machines.television, "read")
    assert allow(owner, asked).status == 200
    televisions = str(members(poll(server, machines.television, asked["device_code"]))["access_token"])
    assert code(exchange(server, machines, televisions)) == "invalid_request"
    for actor in (televisions, machines.script):
        more = {"actor_token": actor, "actor_token_type": ACCESS_TOKEN}
        assert code(exchange(server, machines, televisions, **more)) == "invalid_request"
        assert code(exchange(server, machines, machines.script, **more)) == "invalid_request"


def test_a_client_without_the_grant_exchanges_nothing(server: Server, machines: Machines) -> None:
    fields = {"grant_type": TOKEN_EXCHANGE, "subject_token": machines.script, "subject_token_type": ACCESS_TOKEN}
    assert code(post(server, "/oauth2/token", **fields, client_id=machines.television)) == "unauthorized_client"
    wrong = exchange(server, machines, machines.script, client_secret="wrong")
    assert code(wrong) == "invalid_client"
