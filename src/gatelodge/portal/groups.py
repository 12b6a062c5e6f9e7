"""Rights, as pages show them."""

from gatelodge.identity.rights import Group, in_order
from gatelodge.portal.models import RightGroup


def grouped(names: frozenset[str]) -> tuple[RightGroup, ...]:
    """The rights of these names under their headings, in the order of asking."""
    rights = in_order(names)
    groups = ((group, tuple(right for right in rights if right.group is group)) for group in Group)
    return tuple(RightGroup(group.value, members) for group, members in groups if members)


def labels(names: frozenset[str]) -> str:
    """The rights of these names in one short line."""
    return ", ".join(right.label for right in in_order(names))


def any_risky(names: frozenset[str]) -> bool:
    """Whether one of these rights deserves a second look."""
    return any(right.risk for right in in_order(names))
