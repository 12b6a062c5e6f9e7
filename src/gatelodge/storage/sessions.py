"""Sessions of signed-in browsers (ports.SessionStore)."""

from typing import Any

from sqlalchemy import delete, insert, select, update

from gatelodge.protocol.authentication import PASSWORD_AMR
from gatelodge.protocol.credentials import Presented
from gatelodge.service.records import Session
from gatelodge.storage.database import Database, retried
from gatelodge.storage.people import user_of
from gatelodge.storage.schema import sessions, users
from gatelodge.storage.session_ends import end_sessions


class SqlSessions:
    """Sessions in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def create(self, session: Session, digest: bytes) -> None:
        """Store a session; the user's sessions that are over leave with it."""
        user = session.user
        async with self._database.writing() as connection:
            await connection.execute(
                delete(sessions).where(
                    sessions.c.provider_id == user.provider_id,
                    sessions.c.user_id == user.id,
                    sessions.c.expires_at <= session.created_at,
                )
            )
            await connection.execute(
                insert(sessions).values(
                    id=session.id,
                    provider_id=user.provider_id,
                    user_id=user.id,
                    digest=digest,
                    **_signed_in(session),
                )
            )

    async def find(self, provider_id: int, presented: Presented, *, now: int) -> Session | None:
        """The live session of a user who is not disabled."""
        query = (
            select(
                sessions.c.id.label("session_id"),
                sessions.c.digest,
                sessions.c.created_at.label("began_at"),
                sessions.c.expires_at,
                sessions.c.amr,
                users,
            )
            .join(users, users.c.id == sessions.c.user_id)
            .where(
                sessions.c.id == presented.id,
                sessions.c.provider_id == provider_id,
                sessions.c.expires_at > now,
                users.c.disabled_at.is_(None),
            )
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None or not presented.matches(row.digest):
            return None
        amr = PASSWORD_AMR if row.amr is None else tuple(row.amr.split())
        return Session(row.session_id, user_of(row), row.began_at, row.expires_at, amr)

    @retried
    async def renew(self, session: Session, digest: bytes) -> bool:
        """Have a session go on with another secret, as of now; False where it has ended."""
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(sessions)
                .where(
                    sessions.c.id == session.id,
                    sessions.c.provider_id == session.user.provider_id,
                    sessions.c.user_id == session.user.id,
                )
                .values(digest=digest, **_signed_in(session))
            )
        return changed.rowcount == 1

    @retried
    async def end(self, provider_id: int, session_id: int, *, now: int) -> None:
        """Sign a browser out, and all that ends with that."""
        async with self._database.writing() as connection:
            await end_sessions(connection, provider_id, sessions.c.id == session_id, now=now)


def _signed_in(session: Session) -> dict[str, Any]:
    """What of a session says how its user signed in, and when."""
    amr = None if session.amr == PASSWORD_AMR else " ".join(session.amr)
    return {"amr": amr, "created_at": session.created_at, "expires_at": session.expires_at}
