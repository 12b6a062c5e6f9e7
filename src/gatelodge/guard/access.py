"""Whom a token speaks for, and what it is good for: what a guard gives to the API that it stands before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gatelodge.guard.limits import CameraAccess, Details, read_details, read_limits

_LEEWAY = 30  # seconds that a token's beginning may lie ahead, since clocks differ


@dataclass(frozen=True, slots=True)
class User:
    """A user of the provider. `id` never changes; `username` is what they sign in with, an e-mail address."""

    id: str
    username: str | None


@dataclass(frozen=True, slots=True)
class Application:
    """The application that holds the token. `name` is there where the provider tells it."""

    client_id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Access:
    """A good token: a user through an application, a user with a token of their own (`application` None), or an
    application as itself (`user` None)."""

    issuer: str
    user: User | None
    application: Application | None
    scopes: frozenset[str]
    limits: tuple[CameraAccess, ...] | None  # None: to nothing but the scopes; empty: the token allows nothing
    details: Details  # authorization_details as they came (RFC 9396 §9), with types that are unknown here
    expires_at: int | None  # seconds since the epoch, UTC; None: never
    auth_time: int | None = None  # when its user signed in, where that is told (RFC 9470 §6)
    acr: str | None = None  # and how, likewise
    jkt: str | None = None  # the thumbprint of the key that it is bound to (RFC 9449 §6.1); None: to none
    x5t: str | None = None  # and that of a certificate (RFC 8705 §3.1)

    def allows(self, right: str, camera_id: str) -> bool:
        """Whether the token is good for `right` on the camera: by its scopes, and by what it is limited to. What its
        user may do with the camera is another question, which only whoever keeps the cameras can answer."""
        if right not in self.scopes:
            return False
        return self.limits is None or any(limit.covers(right, camera_id) for limit in self.limits)

    def cameras(self, right: str) -> frozenset[str] | None:
        """The ids of the cameras that the token is good for `right` on; None where it reaches all there are."""
        if right not in self.scopes:
            return frozenset()
        if self.limits is None:
            return None
        named: set[str] = set()
        for limit in self.limits:
            if limit.actions is None or right in limit.actions:
                if limit.cameras is None:
                    return None
                named |= limit.cameras
        return frozenset(named)


def read_access(members: Mapping[str, object], issuer: str) -> Access:
    """The access that an introspection answer (RFC 7662 §2.2) or the claims of a JWT (RFC 9068 §2.2) describe, which
    share their names. Raises ValueError where a member is not what these say; the message holds no value."""
    subject, client_id = _text(members, "sub"), _text(members, "client_id")
    if subject is None and client_id is None:
        raise ValueError("neither sub nor client_id is there")
    # RFC 9068 §2.2: where no user takes part, the subject is the application.
    as_itself = subject is None or subject == client_id
    jkt, x5t = _confirmation(members)
    details = read_details(members["authorization_details"]) if "authorization_details" in members else None
    return Access(
        issuer=issuer,
        user=None if subject is None or as_itself else User(subject, _text(members, "username")),
        application=None if client_id is None else Application(client_id, _text(members, "client_name")),
        scopes=frozenset(re.findall(r"[^ ]+", _text(members, "scope") or "")),
        limits=None if details is None else read_limits(details),
        details=details or (),
        expires_at=read_time(members, "exp"),
        auth_time=read_time(members, "auth_time"),
        acr=_text(members, "acr"),
        jkt=jkt,
        x5t=x5t,
    )


def _confirmation(members: Mapping[str, object]) -> tuple[str | None, str | None]:
    """The key and the certificate that a token is bound to (RFC 7800 §3). Raises ValueError for what is bound in a way
    that is not known here, which nobody could check."""
    if "cnf" not in members:
        return None, None
    value = members["cnf"]
    if not isinstance(value, dict) or not value or not value.keys() <= {"jkt", "x5t#S256"} or len(value) != 1:
        raise ValueError("cnf is none that is known here")
    return _text(value, "jkt"), _text(value, "x5t#S256")


def read_time(members: Mapping[str, object], name: str) -> int | None:
    """A NumericDate in whole seconds (RFC 7519 §2); None where it is left out. Raises ValueError for anything else."""
    value = members.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise ValueError(f"{name} is no time")
    return int(value)


def has_begun(members: Mapping[str, object], now: float, leeway: float = _LEEWAY) -> bool:
    """Whether `nbf` has passed, give or take what clocks differ by (RFC 7519 §4.1.5)."""
    begins = read_time(members, "nbf")
    return begins is None or begins <= now + leeway


def is_for(members: Mapping[str, object], audience: str) -> bool:
    """Whether `aud`, a text or several, names the audience (RFC 7519 §4.1.3)."""
    value = members.get("aud")
    return value == audience or (isinstance(value, list) and audience in value)


def _text(members: Mapping[str, object], name: str) -> str | None:
    """A text that is not empty; None where it is left out. Raises ValueError for anything else."""
    value = members.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value
