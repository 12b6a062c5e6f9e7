"""Mails that have yet to leave (ports.MailStore)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gatelodge.service.records import DueMail, Mail
from gatelodge.storage.database import Database, retried
from gatelodge.storage.schema import mails, providers


async def put_mails(connection: AsyncConnection, provider_id: int, new: Sequence[Mail], *, now: int) -> None:
    """Have mails sent some time after this transaction, if it is committed."""
    if new:
        rows = [
            {
                "id": mail.id,
                "provider_id": provider_id,
                "recipient": mail.recipient,
                "subject": mail.subject,
                "text": mail.text,
                "next_try_at": now,
            }
            for mail in new
        ]
        await connection.execute(insert(mails), rows)


def _one_mail(provider_id: int, mail_id: int) -> ColumnElement[bool]:
    return and_(mails.c.provider_id == provider_id, mails.c.id == mail_id)


class SqlMails:
    """The outbox in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @retried
    async def claim(self, *, lease: int, now: int) -> DueMail | None:
        """The mail, of any provider, that is due the longest: nobody else is handed it in the next `lease` seconds."""
        due = mails.c.next_try_at <= now
        async with self._database.reading() as connection:  # most of the time there is nothing to be locked for
            if (await connection.execute(select(mails.c.id).where(due).limit(1))).first() is None:
                return None
        query = (
            select(mails, providers.c.name.label("provider_name"))
            .join(providers, providers.c.id == mails.c.provider_id)
            .where(due)
            .order_by(mails.c.next_try_at, mails.c.id)
            .limit(1)
            .with_for_update(of=mails, skip_locked=True)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            await connection.execute(
                update(mails)
                .where(_one_mail(row.provider_id, row.id))
                .values(next_try_at=now + lease, tries=row.tries + 1)
            )
        mail = Mail(row.id, row.recipient, row.subject, row.text)
        return DueMail(mail, row.provider_id, row.provider_name, row.tries + 1)

    @retried
    async def sent(self, provider_id: int, mail_id: int) -> None:
        """Forget a mail: the mail server has it, or nobody will ever take it."""
        async with self._database.writing() as connection:
            await connection.execute(delete(mails).where(_one_mail(provider_id, mail_id)))

    @retried
    async def put_off(self, provider_id: int, mail_id: int, *, until: int) -> None:
        """Try again at that time."""
        async with self._database.writing() as connection:
            await connection.execute(update(mails).where(_one_mail(provider_id, mail_id)).values(next_try_at=until))
