"""Clients that prove who they are, at real stores: by assertions with their keys and secrets, and by certificates."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509

from gatelodge.protocol.client import CLIENT_CREDENTIALS
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.client_settings_rules import BASIC, KEY_JWT, SECRET_JWT, SELF_SIGNED_TLS, TLS
from gatelodge.protocol.errors import InvalidClient, InvalidRequest, OAuthError
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.shown import Shown
from gatelodge.service.client_keys import LOOK_AGAIN, STALE, ClientKeys
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.keys import KeyRing
from gatelodge.service.records import Fetched, FetchFault
from tests.support.signing import ASSERTION_TYPE, Certified, Signer, certificate, unsigned, with_secret
from tests.support.stores import Stores, dump, open_stores
from tests.support.world import START, House, World

KEYS_AT = "https://app.example.com/keys"
PATH = "/oauth2/token"


async def registered(world: World, house: House, method: str, **settings: Any) -> House:
    """The house, with an application in hand that acts as itself and proves in this way who it is."""
    return await world.register(
        house,
        redirect_uris=(),
        grant_types=frozenset({CLIENT_CREDENTIALS}),
        own_scope=frozenset({"read"}),
        settings=ClientSettings(token_endpoint_auth_method=method, **settings),
    )


async def ask(world: World, house: House, shown: Shown = Shown(path=PATH), /, **sent: str) -> TokenAnswer | OAuthError:  # noqa: B008
    """What the token endpoint says."""
    return await world.token.exchange(house.provider, Parameters({"grant_type": CLIENT_CREDENTIALS, **sent}), shown)


async def asserting(world: World, house: House, assertion: str, **more: str) -> TokenAnswer | OAuthError:
    """What it says to an assertion."""
    sent = {"client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE, **more}
    return await ask(world, house, Shown(path=PATH), **sent)


def by_key(world: World, house: House, signer: Signer, **claims: Any) -> str:
    """A good assertion of the house's application, changed."""
    return signer.assertion(house.client_id, house.provider.origin, world.now, **claims)


@pytest.mark.rfc("7523", "3", "the assertion is signed with the client's key")
@pytest.mark.rfc("OpenID Connect Core", "9", "private_key_jwt")
@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA", "Ed25519"])
async def test_a_client_proves_who_it_is_by_its_key(alg: str, world: World, home: House) -> None:
    signer = Signer(alg)
    app = await registered(world, home, KEY_JWT, jwks=signer.jwks())
    assert isinstance(await asserting(world, app, by_key(world, app, signer)), TokenAnswer)
    named = await asserting(world, app, by_key(world, app, signer), client_id=app.client_id)
    assert isinstance(named, TokenAnswer)
    stranger = await asserting(world, app, by_key(world, app, Signer(alg)))
    assert isinstance(stranger, InvalidClient)


@pytest.mark.rfc("8725", "3.2", "RS256 is for those that ask for it")
async def test_an_algorithm_that_has_to_be_asked_for(world: World, home: House) -> None:
    signer = Signer("RS256")
    plain = await registered(world, home, KEY_JWT, jwks=signer.jwks())
    assert isinstance(await asserting(world, plain, by_key(world, plain, signer)), InvalidClient)
    asked = await registered(world, home, KEY_JWT, jwks=signer.jwks(), token_endpoint_auth_signing_alg="RS256")
    assert isinstance(await asserting(world, asked, by_key(world, asked, signer)), TokenAnswer)


@pytest.mark.rfc("OpenID Connect Core", "9", "client_secret_jwt: an HMAC with the client's secret")
@pytest.mark.rfc("7523", "3", "or with its secret")
async def test_a_client_proves_who_it_is_by_signing_with_its_secret(world: World, home: House, store_url: str) -> None:
    app = await registered(world, home, SECRET_JWT)

    def assertion(secret: str) -> str:
        claims = {"iss": app.client_id, "sub": app.client_id, "aud": app.provider.origin, "exp": world.now + 60}
        return with_secret(secret, {**claims, "jti": secret[-9:]})

    assert isinstance(await asserting(world, app, assertion(app.client_secret)), TokenAnswer)
    assert isinstance(await asserting(world, app, assertion(home.client_secret)), InvalidClient)
    assert isinstance(await ask(world, app, client_id=app.client_id, client_secret=app.client_secret), InvalidClient)
    renewed = await world.applications.new_secret(app.owner, app.application.id)
    assert isinstance(await asserting(world, app, assertion(app.client_secret)), InvalidClient)
    secret = getattr(renewed, "client_secret")  # noqa: B009 (one of several answers)
    assert isinstance(await asserting(world, app, assertion(secret)), TokenAnswer)

    # Only this application's secret is there to be opened again, and not in the clear.
    sealed = {row["application_id"]: row["sealed"] for row in dump(store_url)["client_secrets"]}
    assert [one for one, known in sealed.items() if known is not None] == [app.application.id]
    assert secret.encode() not in sealed[app.application.id]


async def test_a_secret_that_need_not_be_known_any_more_is_forgotten(world: World, home: House, store_url: str) -> None:
    app = await registered(world, home, SECRET_JWT)
    form = replace(await _form(world, app), settings=ClientSettings(token_endpoint_auth_method=BASIC))
    await world.stores.applications.update(app.provider.id, app.application.id, form)
    assert all(row["sealed"] is None for row in dump(store_url)["client_secrets"])


async def _form(world: World, house: House) -> Any:
    from gatelodge.service.records import ApplicationForm

    return ApplicationForm(house.application.name, "", (), grant_types=house.application.grant_types)


async def test_a_secret_that_cannot_be_opened_proves_nothing(
    world: World, home: House, stores: Stores, tmp_path: Any
) -> None:
    app = await registered(world, home, SECRET_JWT)
    stranger = World(stores, KeyRing(tmp_path / "other keys"))
    claims = {"iss": app.client_id, "sub": app.client_id, "aud": app.provider.origin, "exp": START + 60, "jti": "j"}
    assert isinstance(await asserting(stranger, app, with_secret(app.client_secret, claims)), InvalidClient)


@pytest.mark.rfc("7523", "3", "jti: an assertion is good once")
@pytest.mark.rfc("OpenID Connect Core", "9", "an assertion is used once only")
async def test_an_assertion_is_good_once_on_all_nodes(world: World, home: House, store_url: str, keys: KeyRing) -> None:
    signer = Signer()
    app = await registered(world, home, KEY_JWT, jwks=signer.jwks())
    async with open_stores(store_url) as others:
        nodes = [world, World(others, keys)]
        assertion = by_key(world, app, signer)
        answers = await asyncio.gather(*(asserting(nodes[number % 2], app, assertion) for number in range(6)))
        assert sum(isinstance(one, TokenAnswer) for one in answers) == 1
        assert sum(isinstance(one, InvalidClient) for one in answers) == 5
    other = by_key(world, app, signer, jti="another")
    assert isinstance(await asserting(world, app, other), TokenAnswer)


async def test_what_was_not_the_clients_is_not_remembered(world: World, home: House) -> None:
    """Else anybody could use up the assertion that its client is about to send."""
    signer = Signer()
    app = await registered(world, home, KEY_JWT, jwks=signer.jwks())
    assert isinstance(await asserting(world, app, by_key(world, app, Signer(), jti="j")), InvalidClient)
    assert isinstance(await asserting(world, app, by_key(world, app, signer, jti="j")), TokenAnswer)


@pytest.mark.rfc("7591", "2", "a client that proves who it is in one way is not believed in another")
async def test_a_client_is_held_to_its_method(world: World, home: House) -> None:
    signer = Signer()
    app = await registered(world, home, KEY_JWT, jwks=signer.jwks())
    secret = {"client_id": app.client_id, "client_secret": app.client_secret}
    assert isinstance(await ask(world, app, Shown(path=PATH), **secret), InvalidClient)
    assert isinstance(await ask(world, app, client_id=app.client_id), InvalidClient)
    for method in ("", BASIC, SELF_SIGNED_TLS):
        other = await registered(world, home, method, jwks=signer.jwks())
        assert isinstance(await asserting(world, other, by_key(world, other, signer)), InvalidClient)


@pytest.mark.rfc("7009", "2.1", "a client proves who it is at the revocation endpoint as at the token endpoint")
@pytest.mark.rfc("7662", "2.1", "and at the introspection endpoint")
async def test_every_endpoint_takes_assertions(world: World, home: House) -> None:
    signer = Signer()
    app = await registered(world, home, KEY_JWT, jwks=signer.jwks())
    answer = await asserting(world, app, by_key(world, app, signer))
    assert isinstance(answer, TokenAnswer)
    server = await world.register(
        home,
        redirect_uris=(),
        resource_server=True,
        settings=ClientSettings(token_endpoint_auth_method=KEY_JWT, jwks=signer.jwks()),
    )

    def sent(house: House, path: str) -> Parameters:
        assertion = signer.assertion(house.client_id, house.provider.origin + path, world.now)
        return Parameters(
            {"token": answer.access_token, "client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE}
        )

    def introspect() -> Any:
        path = "/oauth2/introspect"
        return world.introspection.introspect(home.provider, sent(server, path), Shown(path=path))

    assert (await introspect())["active"] is True
    path = "/oauth2/revoke"
    assert await world.revocation.revoke(home.provider, sent(app, path), Shown(path=path)) is True
    assert await introspect() == {"active": False}


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2.1", "clients prove who they are by private_key_jwt or mutual TLS")
async def test_under_fapi_no_secret_is_good(world: World, home: House) -> None:
    signer = Signer()
    strict = replace(home, provider=replace(home.provider, policy=replace(home.provider.policy, profile="fapi2")))
    secret = await registered(world, strict, BASIC)
    signed = await registered(world, strict, SECRET_JWT)
    app = await registered(world, strict, KEY_JWT, jwks=signer.jwks())
    shown = Shown(path=PATH, dpop=(signer.proof("POST", home.provider.origin + PATH, world.now),))
    assert isinstance(
        await ask(world, secret, shown, client_id=secret.client_id, client_secret=secret.client_secret), InvalidClient
    )
    claims = {"iss": signed.client_id, "sub": signed.client_id, "aud": strict.provider.origin, "exp": START + 60}
    assertion = with_secret(signed.client_secret, {**claims, "jti": "j"})
    assert isinstance(await asserting(world, signed, assertion), InvalidClient)
    good = {"client_assertion": by_key(world, app, signer), "client_assertion_type": ASSERTION_TYPE}
    shown = Shown(path=PATH, dpop=(signer.proof("POST", home.provider.origin + PATH, world.now),))
    answer = await ask(world, app, shown, **good)
    assert isinstance(answer, TokenAnswer), answer


async def test_an_assertion_that_is_none(world: World, home: House) -> None:
    app = await registered(world, home, KEY_JWT, jwks=Signer().jwks())
    claims = {"iss": app.client_id, "sub": app.client_id, "aud": app.provider.origin, "exp": START + 60, "jti": "j"}
    for text in ("x", "a.b.c", "....", unsigned(claims), unsigned(claims) + "AA", "é.é.é", "e30.e30.e30", "W10.W10.AA"):
        assert isinstance(await asserting(world, app, text), InvalidClient), text
    assert isinstance(await ask(world, app, client_assertion=by_key(world, app, Signer())), InvalidRequest)


@dataclass
class Shelf:
    """Other servers, as ports.Outbound has them: what they answer, and how often they were asked."""

    pages: dict[str, Fetched | FetchFault] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, text: str, headers: Mapping[str, str] | None = None, status: int = 200) -> None:
        """Answer this from now on."""
        self.pages[KEYS_AT] = Fetched(status, headers or {}, text.encode())

    async def get(self, url: str, **_more: Any) -> Fetched | FetchFault:
        """Answer."""
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.pages[url]

    async def post_form(self, url: str, fields: Mapping[str, str]) -> Fetched | FetchFault:
        """Nothing is sent anywhere here."""
        raise AssertionError(url)


@dataclass
class Watch:
    """A clock that nobody sets but the test."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


SETTINGS = ClientSettings(token_endpoint_auth_method=KEY_JWT, jwks_uri=KEYS_AT)


def made(signer: Signer) -> Any:
    """A JWT of the signer's."""
    from gatelodge.service.signatures import read_jwt

    read = read_jwt(signer.assertion("c", "a", START))
    assert read is not None
    return read


@pytest.mark.rfc("7517", "5", "keys that are not known are passed over")
async def test_keys_at_an_address_are_kept_as_long_as_they_say() -> None:
    shelf, watch, signer = Shelf(), Watch(), Signer()
    keys = ClientKeys(shelf, watch)
    odd = [{"kty": "new"}, {"kty": "oct", "k": "AQ"}, 1, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]
    shelf.put(json.dumps({"keys": [*odd, *json.loads(signer.jwks())["keys"]]}), {"cache-control": "max-age=600"})
    assert all(await asyncio.gather(*(keys.have_made(made(signer), SETTINGS) for _ in range(5))))
    assert len(shelf.asked) == 1
    watch.now += 599
    assert await keys.have_made(made(signer), SETTINGS)
    assert len(shelf.asked) == 1
    watch.now += 1
    assert await keys.have_made(made(signer), SETTINGS)
    assert len(shelf.asked) == 2


async def test_a_new_key_is_looked_for_but_made_up_ones_make_no_traffic() -> None:
    shelf, watch, old, new = Shelf(), Watch(), Signer(kid="old"), Signer(kid="new")
    keys = ClientKeys(shelf, watch)
    shelf.put(old.jwks(), {"cache-control": "max-age=3600"})
    assert await keys.have_made(made(old), SETTINGS)
    shelf.put(json.dumps({"keys": [*json.loads(old.jwks())["keys"], *json.loads(new.jwks())["keys"]]}))
    assert not await keys.have_made(made(new), SETTINGS)  # it was looked at a moment ago
    assert len(shelf.asked) == 1
    watch.now += LOOK_AGAIN
    assert await keys.have_made(made(new), SETTINGS)
    assert len(shelf.asked) == 2
    watch.now += LOOK_AGAIN
    assert not await keys.have_made(made(Signer(kid="new")), SETTINGS)  # a key of that name is there
    assert len(shelf.asked) == 2
    for number in range(20):
        assert not await keys.have_made(made(Signer(kid=f"made up {number}")), SETTINGS)
    assert len(shelf.asked) == 3


async def test_where_nobody_answers_the_last_keys_are_good_for_a_while_longer() -> None:
    shelf, watch, signer = Shelf(), Watch(), Signer()
    keys = ClientKeys(shelf, watch)
    shelf.put(signer.jwks(), {"cache-control": "max-age=60"})
    assert await keys.have_made(made(signer), SETTINGS)
    shelf.pages[KEYS_AT] = FetchFault("away")
    watch.now += 60 + STALE - 1
    assert await keys.have_made(made(signer), SETTINGS)
    asked = len(shelf.asked)
    watch.now += 1  # a failure is not tried again at once
    await keys.have_made(made(signer), SETTINGS)
    assert len(shelf.asked) == asked
    watch.now += STALE
    assert not await keys.have_made(made(signer), SETTINGS)


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"keys": 1}', '{"keys": []}', "{}", "[" * 10_000, "\ud800"])
async def test_what_is_no_set_of_keys_has_none(text: str) -> None:
    shelf = Shelf()
    shelf.pages[KEYS_AT] = Fetched(200, {}, text.encode("utf-8", "surrogatepass"))
    assert not await ClientKeys(shelf, Watch()).have_made(made(Signer()), SETTINGS)
    shelf.put(Signer().jwks(), status=302)
    assert not await ClientKeys(shelf, Watch()).have_made(made(Signer()), SETTINGS)


def with_certificate(one: Certified, *, verified: bool = False, escaped: bool = True) -> Shown:
    """A request that came with a certificate."""
    return Shown(certificate=one.escaped if escaped else one.structured, certificate_verified=verified, path=PATH)


@pytest.mark.rfc("8705", "2.1", "a client proves who it is by a certificate that a chain vouches for, and its subject")
@pytest.mark.rfc("8705", "2.1.2", "the subject is a distinguished name, or one of four kinds of alternative names")
@pytest.mark.rfc("8705", "2", "client_id is in the request")
@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"tls_client_auth_subject_dn": "CN=robot,O=North"}, {"tls_client_auth_subject_dn": "CN=robot,O=South"}),
        ({"tls_client_auth_san_dns": "Robot.example.com"}, {"tls_client_auth_san_dns": "example.com"}),
        ({"tls_client_auth_san_uri": "urn:robot"}, {"tls_client_auth_san_uri": "urn:robots"}),
        ({"tls_client_auth_san_ip": "192.0.2.7"}, {"tls_client_auth_san_ip": "192.0.2.8"}),
        ({"tls_client_auth_san_email": "robot@example.com"}, {"tls_client_auth_san_email": "other@example.com"}),
    ],
)
async def test_a_client_proves_who_it_is_by_a_certificate(
    settings: dict[str, str], wrong: dict[str, str], world: World, home: House
) -> None:
    one = certificate(
        "CN=robot,O=North",
        x509.DNSName("robot.example.com"),
        x509.UniformResourceIdentifier("urn:robot"),
        x509.IPAddress(ip_address("192.0.2.7")),
        x509.RFC822Name("robot@example.com"),
        now=world.now,
    )
    app = await registered(world, home, TLS, **settings)
    for escaped in (True, False):
        shown = with_certificate(one, verified=True, escaped=escaped)
        assert isinstance(await ask(world, app, shown, client_id=app.client_id), TokenAnswer)
    for refused in (
        with_certificate(one),  # nobody looked at its chain
        Shown(path=PATH),
        with_certificate(certificate("CN=else", now=world.now), verified=True),
        with_certificate(certificate("CN=robot,O=North", now=world.now - 90 * 86_400), verified=True),  # over
        with_certificate(certificate("CN=robot,O=North", now=world.now + 90 * 86_400), verified=True),  # not yet
    ):
        assert isinstance(await ask(world, app, refused, client_id=app.client_id), InvalidClient)
    other = await registered(world, home, TLS, **wrong)
    refused = with_certificate(one, verified=True)
    assert isinstance(await ask(world, other, refused, client_id=other.client_id), InvalidClient)
    secret = {"client_id": app.client_id, "client_secret": app.client_secret}
    assert isinstance(await ask(world, app, with_certificate(one, verified=True), **secret), InvalidClient)


@pytest.mark.rfc("8705", "2.2", "a certificate that is in the client's keys proves who it is, whoever made it")
async def test_a_client_proves_who_it_is_by_a_certificate_of_its_own(world: World, home: House) -> None:
    one, other = certificate(now=world.now), certificate(now=world.now)
    sibling = certificate(now=world.now, key=one.key)
    listed = {**one.jwk, "x5c": [one.x5c, other.x5c]}
    app = await registered(world, home, SELF_SIGNED_TLS, jwks=json.dumps({"keys": [listed]}))
    assert isinstance(await ask(world, app, with_certificate(one), client_id=app.client_id), TokenAnswer)
    for refused in (other, sibling):  # one from the middle of the list, and another one of the same key
        assert isinstance(await ask(world, app, with_certificate(refused), client_id=app.client_id), InvalidClient)
    bare = await registered(world, home, SELF_SIGNED_TLS, jwks=json.dumps({"keys": [one.jwk]}))
    for good in (one, sibling):
        assert isinstance(await ask(world, bare, with_certificate(good), client_id=bare.client_id), TokenAnswer)
    assert isinstance(await ask(world, bare, with_certificate(other), client_id=bare.client_id), InvalidClient)


@pytest.mark.rfc("8705", "3", "tokens are bound to the certificate, where the application asks for that")
@pytest.mark.rfc("8705", "3.1", "by the SHA-256 hash of it")
@pytest.mark.rfc("8705", "3", "a protected resource takes them with that certificate alone")
async def test_tokens_are_bound_to_a_certificate(world: World, home: House) -> None:
    one, other = certificate(now=world.now), certificate(now=world.now)
    app = await registered(
        world,
        home,
        SELF_SIGNED_TLS,
        jwks=json.dumps({"keys": [one.jwk]}),
        tls_client_certificate_bound_access_tokens=True,
    )
    answer = await ask(world, app, with_certificate(one), client_id=app.client_id)
    assert isinstance(answer, TokenAnswer)
    assert answer.token_type == "Bearer"

    async def call(shown: Shown) -> object:
        header = [f"Bearer {answer.access_token}"]
        return await world.bearer.authenticate(home.provider, header, scope="read", shown=shown)

    assert not isinstance(await call(with_certificate(one)), OAuthError)
    for shown in (Shown(), with_certificate(other), Shown(certificate="no certificate")):
        refused = await call(shown)
        assert isinstance(refused, OAuthError)
        assert refused.code == "invalid_token"
