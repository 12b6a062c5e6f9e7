"""Who may change what somebody is in an account, decided from what everybody there is at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gatelodge.identity.people import Access, Role


class Change(StrEnum):
    """What is to become of a person in one account."""

    FULL = "full"  # give full access
    PARTIAL = "partial"  # give partial access, with rights piece by piece
    DISABLE = "disable"
    ENABLE = "enable"
    REMOVE = "remove"


class Refusal(StrEnum):
    """Why nothing was changed."""

    NO_ACCESS = "no_access"  # whoever asks has no full access (any more)
    NOT_THERE = "not_there"
    OWNER_KEEPS_FULL = "owner_keeps_full"
    OWNERS_ONLY = "owners_only"  # a guest may not end an owner
    YOURSELF = "yourself"
    LAST_FULL = "last_full"
    ALREADY_MEMBER = "already_member"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is in an account now. `active`: disabled neither there nor altogether."""

    user_id: int
    role: Role
    access: Access
    active: bool

    @property
    def full(self) -> bool:
        """Whether they may act on the account."""
        return self.active and self.access is Access.FULL


def refusal(change: Change, actor_id: int | None, person_id: int, everybody: Iterable[Standing]) -> Refusal | None:
    """Why `actor_id` (None: the operator) may not make this change; None where they may. `everybody` has at least the
    two and whoever has full access.

    Somebody with full access remains, whatever happens; an owner keeps full access, and is disabled or removed by
    owners alone, or a guest who was let in could take the account. Nobody locks themselves out by mistake: oneself one
    can only remove."""
    standings = {one.user_id: one for one in everybody}
    person = standings.get(person_id)
    if actor_id is not None:
        actor = standings.get(actor_id)
        if actor is None or not actor.full:
            return Refusal.NO_ACCESS
        if person is not None and person.role is Role.OWNER and actor.role is not Role.OWNER:
            return Refusal.OWNERS_ONLY
    if person is None:
        return Refusal.NOT_THERE
    if person.role is Role.OWNER and change is Change.PARTIAL:
        return Refusal.OWNER_KEEPS_FULL
    if actor_id == person_id and change is not Change.REMOVE:
        return Refusal.YOURSELF
    others = any(one.full for one in standings.values() if one.user_id != person_id)
    takes = change in (Change.PARTIAL, Change.DISABLE, Change.REMOVE)
    return Refusal.LAST_FULL if takes and person.full and not others else None
