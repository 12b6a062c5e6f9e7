"""DPoP at real stores: what is given, to whom it is bound, and who may use it (RFC 9449)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from gatelodge.identity.provider import Provider
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.credentials import Kind, Presented, parse
from gatelodge.protocol.errors import (
    InvalidDpopProof,
    InvalidGrant,
    InvalidRequest,
    InvalidToken,
    OAuthError,
    UseDpopNonce,
)
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pkce import s256
from gatelodge.protocol.shown import NOTHING, Shown
from gatelodge.service.bearer import Caller
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.keys import KeyRing
from gatelodge.service.nonces import STRETCH
from tests.support.signing import Signer
from tests.support.stores import dump, open_stores
from tests.support.world import House, World, exchange_of

TOKEN, GRAPH = "/oauth2/token", "/api/graphql"
VERIFIER = "v" * 43


def shows(
    world: World, house: House, signer: Signer, path: str = TOKEN, *, token: str | None = None, **claims: Any
) -> Shown:
    """A request with a proof."""
    url = house.provider.origin + path
    return Shown(dpop=(signer.proof("POST", url, world.now, token, **claims),), path=path)


async def redeem(world: World, house: House, shown: Shown, **more: str | None) -> TokenAnswer | OAuthError:
    """What the token endpoint says to a fresh code and what comes with it."""
    return await world.token.exchange(house.provider, exchange_of(house, await world.code(house), **more), shown)


async def bound(world: World, house: House, signer: Signer) -> TokenAnswer:
    """Tokens that are bound to the key."""
    answer = await redeem(world, house, shows(world, house, signer))
    assert isinstance(answer, TokenAnswer), answer
    return answer


async def call(world: World, house: House, shown: Shown, header: str) -> Caller | OAuthError | None:
    """Who the Graph API takes the caller for."""
    return await world.bearer.authenticate(house.provider, [header], scope="read", shown=shown)


@pytest.mark.rfc("9449", "5", "with a proof, a token is bound to its key, and token_type says DPoP")
@pytest.mark.rfc("9449", "6.1", "what a token is bound to is kept with it")
async def test_a_proof_binds_the_access_token(world: World, home: House, store_url: str) -> None:
    signer = Signer()
    answer = await bound(world, home, signer)
    assert answer.token_type == "DPoP"
    assert answer.as_json()["token_type"] == "DPoP"
    [access], [refresh] = dump(store_url)["access_tokens"], dump(store_url)["refresh_tokens"]
    assert access["binding"] == f'{{"jkt":"{signer.jkt}"}}'
    assert refresh["binding"] is None  # its client proves who it is


@pytest.mark.rfc("9449", "7.1", "a bound token is used with a proof of its key, by the DPoP scheme")
@pytest.mark.rfc("9449", "7.2", "as a bearer token it is refused")
async def test_who_may_use_a_bound_token(world: World, home: House) -> None:
    signer, thief = Signer(), Signer()
    text = (await bound(world, home, signer)).access_token

    def proof(one: Signer, **claims: Any) -> Shown:
        return shows(world, home, one, GRAPH, token=text, **claims)

    assert isinstance(await call(world, home, proof(signer), f"DPoP {text}"), Caller)
    for shown, header in (
        (NOTHING, f"Bearer {text}"),
        (proof(signer), f"Bearer {text}"),
        (NOTHING, f"DPoP {text}"),
        (proof(thief), f"DPoP {text}"),
        (shows(world, home, signer, GRAPH), f"DPoP {text}"),  # without ath
        (proof(signer, ath="x"), f"DPoP {text}"),
        (
            shows(world, home, signer, TOKEN, token=text),
            f"DPoP {text}",
        ),  # of another address
    ):
        refused = await call(world, home, replace(shown, path=GRAPH), header)
        assert isinstance(refused, InvalidToken | InvalidDpopProof), header


@pytest.mark.rfc("9449", "7.1", "a token that is bound to nothing does not come by the DPoP scheme")
async def test_a_bearer_token_is_no_bound_token(world: World, home: House) -> None:
    text = (await world.tokens(home)).access_token
    shown = shows(world, home, Signer(), GRAPH, token=text)
    assert isinstance(await call(world, home, shown, f"DPoP {text}"), InvalidToken)
    assert isinstance(await call(world, home, shown, f"Bearer {text}"), Caller)


@pytest.mark.rfc("9449", "4.3", "more than one DPoP header is refused")
@pytest.mark.rfc("9449", "4.3", "the signature is that of the key in the header")
async def test_proofs_that_are_none(world: World, home: House) -> None:
    signer, other = Signer(), Signer()
    one, another = (shows(world, home, signer) for _ in range(2))
    foreign = signer.proof("POST", home.provider.origin + TOKEN, world.now, header={"jwk": other.public})
    private = signer.proof(
        "POST", home.provider.origin + TOKEN, world.now, header={"jwk": dict(signer.key.as_dict(private=True))}
    )
    critical = signer.proof("POST", home.provider.origin + TOKEN, world.now, header={"crit": ["exp"], "exp": 1})
    for dpop in (one.dpop + another.dpop, (foreign,), (private,), (critical,), ("",), ("x.y.z",), (one.dpop[0][:-4],)):
        refused = await redeem(world, home, replace(one, dpop=dpop))
        assert isinstance(refused, InvalidDpopProof), dpop
    assert isinstance(await redeem(world, home, replace(one, method="PUT")), InvalidDpopProof)


@pytest.mark.rfc("9449", "11.1", "a proof is good once, at all nodes")
async def test_a_proof_is_good_once(world: World, home: House, store_url: str, keys: KeyRing) -> None:
    signer = Signer()
    shown = shows(world, home, signer)
    async with open_stores(store_url) as others:
        answers = await asyncio.gather(*(redeem(one, home, shown) for one in (world, World(others, keys))))
    assert sorted(isinstance(one, TokenAnswer) for one in answers) == [False, True]
    assert isinstance(await redeem(world, home, shown), InvalidDpopProof)
    # The same jti of another key is another proof.
    same = Signer()
    for one in (signer, same):
        assert isinstance(await redeem(world, home, shows(world, home, one, jti="one")), TokenAnswer)


@pytest.mark.rfc("9449", "4.3", "algorithms: elliptic curves, Edwards curves and RSA")
@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"])
async def test_every_algorithm(alg: str, world: World, home: House) -> None:
    assert isinstance(await redeem(world, home, shows(world, home, Signer(alg))), TokenAnswer)


async def public(world: World, house: House) -> House:
    """The house, with a public application in hand that refreshes."""
    return await world.register(
        house, confidential=False, grant_types=frozenset({"authorization_code", "refresh_token"})
    )


@pytest.mark.rfc("9449", "5", "a public client's refresh token is bound to the key as well")
async def test_a_public_clients_refresh_token_needs_the_same_key(world: World, home: House) -> None:
    app, signer, thief = await public(world, home), Signer(), Signer()
    code = await world.code(app, code_challenge=s256(VERIFIER), code_challenge_method="S256")
    sent = exchange_of(app, code, client_secret=None, code_verifier=VERIFIER)
    answer = await world.token.exchange(app.provider, sent, shows(world, app, signer))
    assert isinstance(answer, TokenAnswer)

    async def refresh(shown: Shown, text: str | None) -> TokenAnswer | OAuthError:
        more = {"grant_type": "refresh_token", "refresh_token": text or "", "client_id": app.client_id}
        return await world.token.exchange(app.provider, Parameters(more), shown)

    for shown in (Shown(path=TOKEN), shows(world, app, thief)):
        assert isinstance(await refresh(shown, answer.refresh_token), InvalidGrant)
    second = await refresh(shows(world, app, signer), answer.refresh_token)
    assert isinstance(second, TokenAnswer)
    assert second.token_type == "DPoP"
    third = await refresh(shows(world, app, signer), second.refresh_token)
    assert isinstance(third, TokenAnswer)
    # A thief with the first one, but without the key, does not end its owner's access.
    assert isinstance(await refresh(shows(world, app, thief), answer.refresh_token), InvalidGrant)
    assert isinstance(await refresh(shows(world, app, signer), third.refresh_token), TokenAnswer)


@pytest.mark.rfc("9449", "5", "a client that proves who it is may go on with another key")
async def test_a_confidential_client_changes_its_key(world: World, home: House, store_url: str) -> None:
    answer, other = await bound(world, home, Signer()), Signer()
    sent = {"grant_type": "refresh_token", "refresh_token": answer.refresh_token or "", "client_id": home.client_id}
    parameters = Parameters({**sent, "client_secret": home.client_secret})
    again = await world.token.exchange(home.provider, parameters, shows(world, home, other))
    assert isinstance(again, TokenAnswer)
    presented = parse(again.access_token, Kind.ACCESS_TOKEN)
    assert isinstance(presented, Presented)
    row = next(row for row in dump(store_url)["access_tokens"] if row["id"] == presented.id)
    assert other.jkt in row["binding"]


@pytest.mark.rfc("9449", "5.2", "an application may say that its tokens are always bound")
@pytest.mark.rfc("9700", "2.2.1", "tokens are bound to their senders where a provider demands it")
async def test_who_gets_no_bearer_tokens(world: World, home: House) -> None:
    careful = await world.register(home, settings=ClientSettings(dpop_bound_access_tokens=True))
    assert isinstance(await redeem(world, careful, Shown(path=TOKEN)), InvalidDpopProof)
    assert isinstance(await redeem(world, careful, shows(world, careful, Signer())), TokenAnswer)
    strict = replace(home, provider=demanding(home.provider, require_bound_tokens=True))
    assert isinstance(await redeem(world, strict, Shown(path=TOKEN)), InvalidRequest)
    assert isinstance(await redeem(world, strict, shows(world, strict, Signer())), TokenAnswer)


def demanding(provider: Provider, **switches: bool) -> Provider:
    """The provider with these switches on."""
    return replace(provider, policy=replace(provider.policy, **switches))  # type: ignore[arg-type]  # they are switches


@pytest.mark.rfc("9449", "8", "where a provider demands it, a proof carries a nonce that was given out lately")
@pytest.mark.rfc("9449", "8.2", "a nonce is good for a while, and then there is a new one")
@pytest.mark.rfc("9449", "9", "a protected resource demands nonces as well")
async def test_proofs_with_nonces(world: World, home: House, store_url: str, tmp_path: Any) -> None:
    strict, signer = replace(home, provider=demanding(home.provider, require_dpop_nonce=True)), Signer()
    asked = await redeem(world, strict, shows(world, strict, signer))
    assert isinstance(asked, UseDpopNonce)
    nonce = asked.nonce
    answer = await redeem(world, strict, shows(world, strict, signer, nonce=nonce))
    assert isinstance(answer, TokenAnswer)
    text = answer.access_token
    assert isinstance(
        await call(world, strict, shows(world, strict, signer, GRAPH, token=text), f"DPoP {text}"), UseDpopNonce
    )
    shown = shows(world, strict, signer, GRAPH, token=text, nonce=nonce)
    assert isinstance(await call(world, strict, shown, f"DPoP {text}"), Caller)

    async with open_stores(store_url) as others:  # another node knows it
        keys = world.possession.nonces._keys
        other = World(others, KeyRing(keys.path.parent))
        assert isinstance(await redeem(other, strict, shows(world, strict, signer, nonce=nonce)), TokenAnswer)
        stranger = World(others, KeyRing(tmp_path / "strangers"))
        made_up = stranger.possession.nonces.current(strict.provider)
        theirs = world.possession.nonces.current(
            replace(home.provider, id=home.provider.id + 1, policy=strict.provider.policy)
        )
        for wrong in (made_up, theirs, "", nonce[:-1], nonce + "x", ".", "é", "\ud800", f"{nonce}\n"):
            assert isinstance(await redeem(world, strict, shows(world, strict, signer, nonce=wrong)), UseDpopNonce)

    world.now += STRETCH
    assert isinstance(await redeem(world, strict, shows(world, strict, signer, nonce=nonce)), TokenAnswer)
    world.now += STRETCH
    again = await redeem(world, strict, shows(world, strict, signer, nonce=nonce))
    assert isinstance(again, UseDpopNonce)
    assert again.nonce != nonce


@pytest.mark.rfc("9449", "8.1", "a nonce is made of characters that need no escape in a header")
async def test_the_characters_of_a_nonce(world: World, home: House) -> None:
    nonce = world.possession.nonces.current(home.provider)
    assert all(0x21 <= ord(one) <= 0x7E and one not in '"\\' for one in nonce)


@pytest.mark.rfc("9449", "6.2", "introspection tells the key, and that it is no bearer token")
@pytest.mark.rfc("8705", "3.2", "and in the same way a certificate")
async def test_what_introspection_tells(world: World, home: House) -> None:
    server, signer = await world.register(home, redirect_uris=(), resource_server=True), Signer()
    told = await world.introspect(server, (await bound(world, home, signer)).access_token)
    assert isinstance(told, dict)
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": signer.jkt})
    plain = await world.introspect(server, (await world.tokens(home)).access_token)
    assert isinstance(plain, dict)
    assert plain["token_type"] == "Bearer"
    assert "cnf" not in plain
