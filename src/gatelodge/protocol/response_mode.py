"""How an answer gets back to the application: in the query, in the fragment (OAuth 2.0 Multiple Response Types §2.1),
by a form that the browser posts (OAuth 2.0 Form Post Response Mode), and each of them also as one signed JWT (JARM)."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from gatelodge.protocol.client import Client
from gatelodge.protocol.errors import InvalidRequest
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.redirect_uri import with_answer

QUERY, FRAGMENT, FORM_POST = "query", "fragment", "form_post"
JWT = "jwt"  # for a code, as query.jwt (JARM §2.3.4)
SIGNED = {JWT: QUERY, "query.jwt": QUERY, "fragment.jwt": FRAGMENT, "form_post.jwt": FORM_POST}
MODES = (QUERY, FRAGMENT, FORM_POST, *SIGNED)
SIGNED_LIFETIME = 300  # seconds; JARM §2.1 recommends ten minutes at most
SIGNED_TYPE = "JWT"


def must_be_signed(client: Client, policy: Policy) -> bool:
    """Whether the application takes no answer that isn't signed."""
    return client.settings.require_signed_authorization_response or policy.require_signed_responses


def choose_mode(asked: str | None, redirect_uri: str, *, signed: bool) -> tuple[str, InvalidRequest | None]:
    """How a request is answered, and what is wrong with how it asked to be, which is then told in the way that is
    always good. `signed`: nothing but a signed answer will do, so that nobody on the way can ask for less."""
    usual = JWT if signed else QUERY
    if asked is None:
        return usual, None
    if asked not in MODES:
        return usual, InvalidRequest(f"response_mode must be one of {', '.join(MODES)}")
    if signed and asked not in SIGNED:
        return usual, InvalidRequest(f"this application is only answered with a response_mode of {', '.join(SIGNED)}")
    if way_of(asked) == FORM_POST and not redirect_uri.startswith(("https://", "http://")):
        return usual, InvalidRequest("a form can't be posted to a redirect_uri of this scheme")
    return asked, None


def is_signed(mode: str) -> bool:
    """Whether the answer goes as one JWT (JARM)."""
    return mode in SIGNED


def way_of(mode: str) -> str:
    """By which of the three ways an answer goes."""
    return SIGNED.get(mode, mode) or QUERY


def signed_claims(answer: Mapping[str, str], issuer: str, client_id: str, *, now: int) -> dict[str, object]:
    """The claims of an answer's JWT (JARM §2.1)."""
    return {"iss": issuer, "aud": client_id, "exp": now + SIGNED_LIFETIME, **answer}


def with_fragment(uri: str, answer: Mapping[str, str]) -> str:
    """`uri`, which has no fragment of its own (RFC 6749 §3.1.2), with the answer as one."""
    return f"{uri}#{urlencode(answer, quote_via=quote)}"


def address(uri: str, answer: Mapping[str, str], way: str) -> str:
    """Where the browser is sent with an answer that goes in the address."""
    return with_fragment(uri, answer) if way == FRAGMENT else with_answer(uri, answer)
