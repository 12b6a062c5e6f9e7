"""Effective rights: what one call may do with one resource, worked out anew for each call."""

from collections.abc import Iterable
from dataclasses import dataclass

from gatelodge.identity.people import Access
from gatelodge.identity.rights import ALL_RIGHTS

Rights = frozenset[str]


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


def users_rights(holding: Holding) -> Rights:
    """What the user may do with the resource: everything with full access, else what was granted (contract)."""
    return ALL_RIGHTS if holding.access is Access.FULL else holding.granted & ALL_RIGHTS


def effective(scope: Rights, holding: Holding) -> Rights:
    """What a token of `scope` may do with the resource: never more than its scope, never more than its user."""
    return scope & users_rights(holding)


def visible(scope: Rights, holdings: Iterable[Holding]) -> list[Visible]:
    """The resources that a token of `scope` can read, with what it may do with each."""
    rows = ((holding, effective(scope, holding)) for holding in holdings)
    return [Visible(h.resource_id, h.name, h.account_name, rights) for h, rights in rows if "read" in rights]
