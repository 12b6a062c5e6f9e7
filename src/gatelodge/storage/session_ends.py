"""The end of sessions, and what ends with them or has to hear of it: in the transaction of whatever ends them."""

from sqlalchemy import ColumnElement, delete, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gatelodge.storage.schema import applications, grants, logout_notices, session_applications, sessions

LISTENS = applications.c.settings.contains('"backchannel_logout_uri"', autoescape=True)


async def remember_sign_in(
    connection: AsyncConnection, provider_id: int, session_id: int | None, application_id: int
) -> None:
    """Note that a session's user has signed in to an application by it (OpenID Connect Back-Channel Logout §2.3).
    Nothing is noted of a session that has just ended."""
    session = select(sessions.c.id).where(sessions.c.id == session_id, sessions.c.provider_id == provider_id)
    # One that is being ended is waited for; SQLite, which has one writer at a time, ignores it.
    there = (await connection.execute(session.with_for_update(read=True, key_share=True))).first()
    known = select(session_applications.c.session_id).where(
        session_applications.c.session_id == session_id, session_applications.c.application_id == application_id
    )
    if there is not None and (await connection.execute(known)).first() is None:
        row = {"session_id": session_id, "application_id": application_id, "provider_id": provider_id}
        await connection.execute(insert(session_applications).values(row))


async def end_sessions(connection: AsyncConnection, provider_id: int, which: ColumnElement[bool], *, now: int) -> None:
    """End those sessions of the provider: have the applications told that were signed in to by them and want to hear
    of it, and end the grants that were to last as long as the session.

    Those are the grants with `openid` and without `offline_access` (OpenID Connect Back-Channel Logout §2.7, Core §11).
    Any other lasts until its user ends it, as it always did."""
    query = select(sessions.c.id).where(sessions.c.provider_id == provider_id, which)
    ended = list((await connection.execute(query.with_for_update())).scalars())
    if not ended:
        return
    told = session_applications.c
    listeners = (
        select(told.session_id, told.application_id, told.provider_id, sessions.c.user_id, literal(now))
        .join(sessions, sessions.c.id == told.session_id)
        .join(applications, applications.c.id == told.application_id)
        .where(told.session_id.in_(ended), LISTENS, applications.c.disabled_at.is_(None))
    )
    columns = ["session_id", "application_id", "provider_id", "user_id", "next_try_at"]
    await connection.execute(insert(logout_notices).from_select(columns, listeners))
    words = literal(" ") + grants.c.scope + literal(" ")
    await connection.execute(
        update(grants)
        .where(
            grants.c.provider_id == provider_id,
            grants.c.session_id.in_(ended),
            grants.c.revoked_at.is_(None),
            words.contains(" openid "),
            ~words.contains(" offline_access "),
        )
        .values(revoked_at=now)
    )
    await connection.execute(delete(sessions).where(sessions.c.id.in_(ended)))
