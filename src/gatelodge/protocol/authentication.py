"""How a user has signed in, and how an application may ask them to (OpenID Connect Core §2, §3.1.2.1; RFC 9470).

`acr` says how sure we are of who it is, `amr` by what (RFC 8176). There is one way in, so there is one `acr`; it is a
name of our own, as RFC 6711 asks of names that it doesn't know.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gatelodge.protocol.claims_request import NOTHING, ClaimsRequest, read_claims
from gatelodge.protocol.client_settings import ClientSettings
from gatelodge.protocol.errors import InvalidRequest, OAuthError, UnmetAuthenticationRequirements
from gatelodge.protocol.openid import OPENID
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.scope import Scope

PASSWORD_ACR = "urn:gatelodge:acr:password"
ACR_VALUES: tuple[str, ...] = (PASSWORD_ACR,)
PASSWORD_AMR: tuple[str, ...] = ("pwd",)  # RFC 8176 §2
LONGEST_AGE = 10**9  # seconds; whoever asks for more asks for nothing


def acr_of(amr: Iterable[str]) -> str:
    """What a sign-in by these methods is worth."""
    return PASSWORD_ACR


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request asks of its user's sign-in, and to be told of it. Ages are seconds."""

    nonce: str | None = None
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    claims: str | None = None  # as it came, where it was read without a fault
    asked: ClaimsRequest = NOTHING
    login_hint: str | None = None
    subject: str | None = None  # the `sub` that the answer has to be about


def read_terms(parameters: Parameters, settings: ClientSettings, scope: Scope) -> Terms | OAuthError:
    """The terms of a request, or those that its application registered. `max_age` and `acr_values` count without
    `openid` as well (RFC 9470 §5), the rest is OpenID Connect's alone."""
    max_age = _max_age(parameters.get("max_age"))
    if isinstance(max_age, InvalidRequest):
        return max_age
    if max_age is None:
        max_age = settings.default_max_age
    acr_values = tuple((parameters.get("acr_values") or "").split()) or settings.default_acr_values
    login_hint = parameters.get("login_hint")
    if OPENID not in scope:
        return Terms(max_age=max_age, acr_values=acr_values, login_hint=login_hint)
    text = parameters.get("claims")
    asked = NOTHING if text is None else read_claims(text)
    if isinstance(asked, InvalidRequest):
        return asked
    if fault := _acr_fault(asked):
        return fault
    subject = _subject(asked)
    if isinstance(subject, InvalidRequest):
        return subject
    return Terms(parameters.get("nonce"), max_age, acr_values, text, asked, login_hint, subject)


def is_stale(age: int, max_age: int | None) -> bool:
    """Whether a sign-in of `age` seconds ago is too old; `max_age` of 0 takes none that was there before
    (OpenID Connect Core §3.1.2.1)."""
    return max_age is not None and (age > max_age or max_age == 0)


def _max_age(text: str | None) -> int | InvalidRequest | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        return InvalidRequest("max_age must be a number of seconds")
    return min(int(text[:12]), LONGEST_AGE) if len(text) <= 12 else LONGEST_AGE


def _acr_fault(asked: ClaimsRequest) -> UnmetAuthenticationRequirements | None:
    """An `acr` that is essential and can't be reached is a failed sign-in (OpenID Connect Core §5.5.1.1), which is
    better told before anybody has taken the trouble. Asked for otherwise, it is a wish."""
    acr = asked.id_token.get("acr")
    if acr is not None and acr.essential and not any(acr.takes(known) for known in ACR_VALUES):
        return UnmetAuthenticationRequirements("nobody can sign in here in one of the ways that acr asks for")
    return None


def _subject(asked: ClaimsRequest) -> str | InvalidRequest | None:
    """The `sub` that the claims parameter insists on (OpenID Connect Core §5.5.1): the same wherever it is named."""
    named = [one["sub"].values or () for one in (asked.id_token, asked.userinfo) if "sub" in one]
    values = [value for one in named for value in one]
    if any(not isinstance(value, str) or value != values[0] for value in values):
        return InvalidRequest("claims can ask for one sub, as a text")
    return str(values[0]) if values else None
