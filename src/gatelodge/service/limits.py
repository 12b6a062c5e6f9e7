"""Between authorization_details, which are what travels and is stored, and limits, which are what rights are worked
out with."""

from functools import lru_cache

from gatelodge.identity.effective import Allowance, Limit
from gatelodge.protocol.authorization_details import REMEMBER, CameraAccess, Details, stored_details


def limit_of(details: Details | None) -> Limit | None:
    """The limit that `details` set; none where there are none."""
    return None if details is None else tuple(Allowance(one.actions, one.cameras) for one in details)


def details_of(limit: Limit | None) -> Details | None:
    """The details that set a limit."""
    return None if limit is None else tuple(CameraAccess(one.rights, one.resources) for one in limit)


@lru_cache(REMEMBER)
def stored_limit(text: str) -> Limit:
    """The limit that a stored text sets. The same text comes with every call of a token, and so stays read."""
    return limit_of(stored_details(text)) or ()
