"""The list of tokens with which programs register applications, as </> API shows it."""

from gatelodge.portal.models import RegistrationTokenRow
from gatelodge.portal.moments import moment
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import public_id
from gatelodge.protocol.policy import REGISTRATION_OFF

PATH = "/api-access/registration-tokens"


async def registration_rows(visit: Visit, now: int) -> tuple[RegistrationTokenRow, ...] | None:
    """The tokens; None where the provider lets no program register anything."""
    if visit.provider.policy.registration == REGISTRATION_OFF:
        return None
    return tuple(
        RegistrationTokenRow(
            name=one.name,
            created=moment(one.created_at, now=now),
            expires=moment(one.expires_at, now=now),
            expired=one.expires_at <= now,
            last_used=moment(one.last_used_at, now=now),
            end_action=f"{PATH}/{public_id(one.id)}/end",
        )
        for one in await visit.services.initial_tokens.mine(visit.user)
    )
