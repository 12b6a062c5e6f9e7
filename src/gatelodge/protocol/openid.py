"""OpenID Connect: the scopes and claims by which an application is told who somebody is (OpenID Connect Core §5).

They are no rights on anything, and so are never confined to cameras.
"""

from collections.abc import Iterable, Mapping

from gatelodge.protocol.scope import Scope

OPENID, PROFILE, EMAIL, OFFLINE_ACCESS = "openid", "profile", "email", "offline_access"
IDENTITY_SCOPES: Scope = frozenset({OPENID, PROFILE, EMAIL, OFFLINE_ACCESS})

# What each scope lets an application see (OpenID Connect Core §5.4), of what we know of people.
CLAIMS_OF: Mapping[str, tuple[str, ...]] = {PROFILE: ("name",), EMAIL: ("email", "email_verified")}
USER_CLAIMS: tuple[str, ...] = tuple(name for names in CLAIMS_OF.values() for name in names)


def scopes_of(claims: Iterable[str]) -> Scope:
    """The scopes that a user is asked for where an application names these claims one by one: what it may see is the
    same, so it is the same question."""
    asked = frozenset(claims)
    return frozenset(scope for scope, names in CLAIMS_OF.items() if asked.intersection(names))


def claims_in(scope: Scope) -> frozenset[str]:
    """The claims that a scope lets an application see."""
    return frozenset(name for one in scope for name in CLAIMS_OF.get(one, ()))
