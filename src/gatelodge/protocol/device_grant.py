"""The device authorization grant (RFC 8628): a device without a browser shows a short code, which a person types on a
phone, and asks for its tokens until they have decided."""

import re
from collections.abc import Collection

from gatelodge.protocol.authorization import AuthorizationRequest, details_fault, read_asked
from gatelodge.protocol.client import DEVICE_CODE, REFRESH_TOKEN, Client
from gatelodge.protocol.credentials import Presented
from gatelodge.protocol.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    OAuthError,
    SlowDown,
    UnauthorizedClient,
)
from gatelodge.protocol.issuance import PLAIN, GrantContext, Issuance, Refuse
from gatelodge.protocol.openid import OFFLINE_ACCESS
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.scope import Scope
from gatelodge.protocol.values import value

# RFC 8628 §6.1: no vowels, so that no code is a word, and no letter that another one is taken for. Eight of them are
# 34 bits, of which somebody who may guess a few hundred times in a code's ten minutes finds nothing (§5.1).
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
DRAWN = 32  # random bytes for a code: see user_code_of
INTERVAL = 5  # seconds between two requests of a device (RFC 8628 §3.2)
SLOWER = 5  # seconds more, each time that one comes too early (RFC 8628 §3.5)

_FAIR = 256 - 256 % len(LETTERS)  # bytes from here on would make some letters likelier than others
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015_.]+")


def user_code_of(random: bytes) -> str | None:
    """A user code, of random bytes, each letter alike. One byte in sixteen is of no use; None where too many were."""
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in random if byte < _FAIR)
    return letters[:LENGTH] if len(letters) >= LENGTH else None


def read_user_code(text: str) -> str | None:
    """The code that a person typed, whatever they put between its letters and in whichever case (RFC 8628 §6.1); None
    where it can't be one."""
    code = _BETWEEN.sub("", text).upper()
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else None


def shown_user_code(code: str) -> str:
    """The code as people read it: BCDF-GHJK."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def read_device_request(
    parameters: Parameters, client: Client, policy: Policy, known_scopes: Collection[str]
) -> AuthorizationRequest | OAuthError:
    """Judge a device authorization request of a client that has authenticated (RFC 8628 §3.1). What it asks for is read
    as at the authorization endpoint; it is sent nowhere, and so has no redirect URI."""
    if fault := parameters.fault():
        return details_fault(parameters) or fault
    if refusal := may_use_devices(client, policy):
        return refusal
    asked = read_asked(parameters, known_scopes)
    if isinstance(asked, OAuthError):
        return asked
    scope = asked[0] if REFRESH_TOKEN in client.grant_types else asked[0] - {OFFLINE_ACCESS}
    return AuthorizationRequest(client.id, "", redirect_uri_sent=False, scope=scope, details=asked[1])


def may_use_devices(client: Client, policy: Policy) -> UnauthorizedClient | None:
    """Whether this client may let devices in."""
    if not policy.device_flow:
        return UnauthorizedClient("the device flow is switched off here")
    return None if DEVICE_CODE in client.grant_types else UnauthorizedClient("this application has no device flow")


@value
class DeviceCode:
    """A device code's row, with what its grant says now. Times are UTC epoch seconds, `interval` is seconds."""

    id: int
    digest: bytes
    client_id: int
    expires_at: int
    interval: int
    polled_at: int | None
    answered: bool
    used_at: int | None
    grant_id: int | None = None  # None, though it was answered: the person said no
    grant_ended: bool = False  # revoked, or its user is disabled
    scope: Scope = frozenset()  # that the grant gives
    details: str | None = None  # what the grant is limited to
    user_id: int | None = None
    context: GrantContext = PLAIN


@value
class Pending:
    """Nobody has answered yet. The device is to wait for `interval` seconds from now on."""

    error: AuthorizationPending | SlowDown
    interval: int


def poll(presented: Presented, client: Client, code: DeviceCode, *, now: int) -> Issuance | Pending | Refuse:
    """Decide a device's request for its tokens (RFC 8628 §3.4, §3.5).

    How often it asks matters only while there is nothing to tell it. A second of grace, since times are whole ones."""
    if not presented.matches(code.digest):
        return Refuse(InvalidGrant("unknown device code"))
    if code.client_id != client.id:
        return Refuse(InvalidGrant("unknown device code", log="the device code was issued to another application"))
    if code.used_at is not None:
        return replayed(code)
    if code.answered and code.grant_id is None:
        return Refuse(AccessDenied("the user refused"))
    if now >= code.expires_at:
        return Refuse(ExpiredToken("the device code has expired"))
    if code.grant_id is None:
        if code.polled_at is not None and now - code.polled_at < code.interval - 1:
            return Pending(SlowDown("the device asks too often; wait five seconds longer"), code.interval + SLOWER)
        return Pending(AuthorizationPending("the user has not answered yet"), code.interval)
    if code.grant_ended:
        return Refuse(InvalidGrant("the user has ended this access"))
    return Issuance(
        code.grant_id, code.scope, REFRESH_TOKEN in client.grant_types, code.details, code.user_id, code.context
    )


def replayed(code: DeviceCode) -> Refuse:
    """A device code is good for one answer. Its second use ends what the first one gave, as that of an authorization
    code does (RFC 6749 §4.1.2): one of the two was a thief's, or nobody has the first answer."""
    return Refuse(InvalidGrant("the device code was used before; what it gave is revoked"), revoke_grant=code.grant_id)
