"""The column authorization_details, which several tables have: none where nothing is limited."""

from gatelodge.protocol.authorization_details import Details, format_details, stored_details


def details_text(details: Details | None) -> str | None:
    """What is stored."""
    return None if details is None else format_details(details)


def details_of(text: str | None) -> Details | None:
    """What was stored."""
    return None if text is None else stored_details(text)
