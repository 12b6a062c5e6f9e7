"""The column authorization_details, which several tables have: none where nothing is limited."""

from gatelodge.identity.effective import Allowance
from gatelodge.identity.limits import Extent
from gatelodge.protocol.authorization_details import Details, format_details, stored_details


def details_text(details: Details | None) -> str | None:
    """What is stored."""
    return None if details is None else format_details(details)


def details_of(text: str | None) -> Details | None:
    """What was stored."""
    return None if text is None else stored_details(text)


def extent_of(scope: str, text: str | None) -> Extent:
    """How far an access reaches whose row has this scope and these details."""
    details = details_of(text)
    limit = None if details is None else tuple(Allowance(one.actions, one.cameras) for one in details)
    return Extent(frozenset(scope.split()), limit)
