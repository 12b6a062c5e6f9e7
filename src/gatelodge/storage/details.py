"""The column authorization_details, which several tables have: none where nothing is limited."""

from typing import Any

from gatelodge.protocol.authorization_details import Details, format_details, stored_details
from gatelodge.protocol.scope import Scope

Piece = tuple[Scope, Details | None]


def details_text(details: Details | None) -> str | None:
    """What is stored."""
    return None if details is None else format_details(details)


def details_of(text: str | None) -> Details | None:
    """What was stored."""
    return None if text is None else stored_details(text)


def piece_of(row: Any) -> Piece:
    """The scope of a token, a grant or a consent, with what it is limited to."""
    return frozenset(row.scope.split()), details_of(row.authorization_details)
