"""Why a call is not let in, and how that is answered (RFC 6750 §3)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

RETRY_AFTER = 1  # seconds that a caller is asked to wait where the authorization server can't be asked

_UNPRINTABLE = re.compile(r"[^\x20-\x7E]")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What to answer with. Its words are ours: nothing that the caller sent is in it."""

    status: int  # 400, 401, 403 or 503
    error: str
    description: str
    headers: Headers = ()
    demands: Headers = ()  # what a challenge says beside error and scope, by name

    @property
    def body(self) -> dict[str, str]:
        """The JSON to answer with."""
        return {"error": self.error, "error_description": self.description}


MISSING = Refusal(401, "missing_token", "send a token: Authorization: Bearer TOKEN")
SEVERAL = Refusal(400, "invalid_request", "there is more than one Authorization header, or a malformed one")
INVALID = Refusal(401, "invalid_token", "the token is malformed, expired, revoked or not for this API")
UNAVAILABLE = Refusal(503, "temporarily_unavailable", "tokens can't be verified just now; try again in a moment")


def lacking(scopes: Iterable[str]) -> Refusal:
    """The refusal of a good token that lacks one of these scopes, all of which it needs (RFC 6750 §3.1)."""
    return Refusal(403, "insufficient_scope", f"the token needs the scope {' '.join(sorted(scopes))}")


def step_up(max_age: int | None, acr: Iterable[str]) -> Refusal:
    """The refusal of a good token whose user signed in too long ago (`max_age` in seconds), or in none of the ways that
    `acr` names (RFC 9470 §3)."""
    wanted = " ".join(acr)
    demands = (("acr_values", wanted),) if wanted else ()
    if max_age is not None:
        demands = (*demands, ("max_age", str(max_age)))
    words = "the user has to sign in again, as acr_values and max_age say"
    return Refusal(401, "insufficient_user_authentication", words, demands=demands)


def with_headers(
    refusal: Refusal,
    *,
    realm: str,
    metadata_url: str,
    scopes: Iterable[str],
    proofs: Iterable[str] = (),
    dpop: bool = False,
) -> Refusal:
    """The refusal with the headers to answer it with: a challenge that says what the caller needs and where to get
    it, or for a 503 when to ask again. `proofs` are the algorithms of DPoP proofs, where these are taken: then there
    are two challenges, and the one by whose scheme the token came (`dpop`) names the error."""
    if refusal.status == 503:
        more: Headers = (("Retry-After", str(RETRY_AFTER)),)
    else:
        scopes, algs = tuple(scopes), " ".join(proofs)
        told = challenge(refusal, realm=realm, metadata_url=metadata_url, scopes=scopes, algs=algs if dpop else "")
        if algs:
            other = challenge(MISSING, realm=realm, metadata_url=metadata_url, scopes=scopes, algs="" if dpop else algs)
            told = f"{told}, {other}"
        more = (("WWW-Authenticate", told),)
    headers = (*more, ("Cache-Control", "no-store"))
    return Refusal(refusal.status, refusal.error, refusal.description, headers)


def challenge(refusal: Refusal, *, realm: str, metadata_url: str, scopes: Iterable[str], algs: str = "") -> str:
    """The `WWW-Authenticate` value (RFC 6750 §3), with `resource_metadata` (RFC 9728 §5.1). A call without a token is
    told no error (RFC 6750 §3.1), but what it needs. With `algs` it is the one of DPoP (RFC 9449 §7.1)."""
    attributes = {"realm": realm}
    if refusal is not MISSING:
        attributes |= {"error": refusal.error, "error_description": refusal.description}
    attributes |= dict(refusal.demands)
    if scope := " ".join(sorted(scopes)):
        attributes["scope"] = scope
    attributes["resource_metadata"] = metadata_url
    if algs:
        attributes["algs"] = algs
    return (
        f"{'DPoP' if algs else 'Bearer'} {', '.join(f'{name}={_quoted(value)}' for name, value in attributes.items())}"
    )


def _quoted(text: str) -> str:
    """`text` as a quoted-string (RFC 9110 §5.6.4); what a header can't carry becomes a question mark."""
    return '"' + _UNPRINTABLE.sub("?", text).replace("\\", r"\\").replace('"', r"\"") + '"'
