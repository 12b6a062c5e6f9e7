"""Step-up authentication (RFC 9470): a protected resource asks for a sign-in that is newer, or of another kind, than
the one that a token came of."""

from collections.abc import Iterable

from gatelodge.protocol.errors import InsufficientUserAuthentication
from gatelodge.protocol.issuance import GrantContext


def unmet(
    context: GrantContext, *, max_age: int | None, acr_values: Iterable[str] = (), now: int
) -> InsufficientUserAuthentication | None:
    """Why the sign-in behind a token is not enough; `max_age` in seconds, `now` in UTC epoch seconds. A token that does
    not tell of its sign-in is never enough: its application asks again, saying what it needs (RFC 9470 §4), and the
    next token tells."""
    wanted = tuple(acr_values)
    another_way = bool(wanted) and context.acr not in wanted
    too_old = max_age is not None and (context.auth_time is None or now - context.auth_time > max_age)
    if not (another_way or too_old):
        return None
    return InsufficientUserAuthentication(
        "the user has to sign in again, as acr_values and max_age say", max_age=max_age, acr_values=wanted
    )
