"""Effective rights: what one call may do with one resource, worked out anew for each call, and why it is not more.

Three things must allow a right, and each can only take away: the token's scope, what the token was limited to, and
what its user may do with the resource now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gatelodge.identity.people import Access
from gatelodge.identity.rights import ALL_RIGHTS

Rights = frozenset[str]


@dataclass(frozen=True, slots=True)
class Allowance:
    """Rights on resources. `rights` None: whatever the scope has; `resources` None: all, also those of the future."""

    rights: Rights | None
    resources: frozenset[int] | None


Limit = tuple[Allowance, ...]  # what any one of them allows is allowed; an empty one allows nothing


@dataclass(frozen=True, slots=True)
class Holding:
    """One resource of an account that the user belongs to, and what the user was granted on it piece by piece."""

    resource_id: int
    name: str
    account_name: str
    access: Access
    granted: Rights


@dataclass(frozen=True, slots=True)
class Visible:
    """A resource as a call may see it, with what the call may do with it."""

    resource_id: int
    name: str
    account_name: str
    rights: Rights


class Taker(StrEnum):
    """What takes a right away."""

    SCOPE = "scope"  # the token was not made for it
    LIMIT = "limit"  # the token was limited to other resources, or to less on this one
    USER = "user"  # the user may not do it either


def users_rights(holding: Holding) -> Rights:
    """What the user may do with the resource: everything with full access, else what was granted (contract)."""
    return ALL_RIGHTS if holding.access is Access.FULL else holding.granted & ALL_RIGHTS


def within(limit: Limit | None, resource_id: int) -> Rights:
    """What a limit leaves of all rights on a resource; without one, all of them."""
    if limit is None:
        return ALL_RIGHTS
    meant = (one for one in limit if one.resources is None or resource_id in one.resources)
    return ALL_RIGHTS & frozenset().union(*(ALL_RIGHTS if one.rights is None else one.rights for one in meant))


def effective(scope: Rights, limit: Limit | None, holding: Holding) -> Rights:
    """What a token of `scope`, limited to `limit`, may do with the resource: what all three allow."""
    return scope & within(limit, holding.resource_id) & users_rights(holding)


def explain(scope: Rights, limit: Limit | None, holding: Holding) -> Mapping[str, frozenset[Taker]]:
    """For each right of the catalogue what takes it away; nothing for a right that is there."""
    allowed = {
        Taker.SCOPE: scope,
        Taker.LIMIT: within(limit, holding.resource_id),
        Taker.USER: users_rights(holding),
    }
    return {
        right: frozenset(taker for taker, rights in allowed.items() if right not in rights)
        for right in sorted(ALL_RIGHTS)
    }


def visible(scope: Rights, limit: Limit | None, holdings: Iterable[Holding]) -> list[Visible]:
    """The resources that such a token can read, with what it may do with each."""
    rows = ((holding, effective(scope, limit, holding)) for holding in holdings)
    return [Visible(h.resource_id, h.name, h.account_name, rights) for h, rights in rows if "read" in rights]
