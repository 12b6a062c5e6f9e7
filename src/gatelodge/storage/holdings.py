"""What a caller holds (ports.HoldingStore): the one read of each Graph API call, and so on the raw drivers."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from gatelodge.identity.effective import Holding
from gatelodge.identity.people import Access
from gatelodge.storage.errors import translated
from gatelodge.storage.tokens_sqlite import SqliteTokens

if TYPE_CHECKING:  # what opens a pool has loaded it; a server on SQLite does without
    import asyncpg

# By the accounts that the user belongs to, then by what was granted: never over all resources. SQLite keeps no
# statistics here and would as soon take the index of the provider, and read each of its resources (2 ms for 6000 of
# them): a column behind a + is compared, but no index is chosen for it.
_OF_USER = """
SELECT r.id, r.name, a.name, m.access, g.rights
FROM memberships m
JOIN accounts a ON a.id = m.account_id
JOIN resources r ON r.account_id = m.account_id AND +r.provider_id = m.provider_id
LEFT JOIN resource_rights g ON g.user_id = m.user_id AND g.resource_id = r.id
WHERE m.user_id = $2 AND m.provider_id = $1 AND m.disabled_at IS NULL AND (m.access = 'full' OR g.rights IS NOT NULL)"""
_OF_ACCOUNT = """
SELECT r.id, r.name, a.name, 'full', NULL
FROM resources r JOIN accounts a ON a.id = r.account_id
WHERE r.account_id = $2 AND +r.provider_id = $1"""
_BY_NAME = "\nORDER BY r.name, r.id"
OF_USER, OF_ACCOUNT = _OF_USER + _BY_NAME, _OF_ACCOUNT + _BY_NAME
ONE_OF_USER, ONE_OF_ACCOUNT = f"{_OF_USER} AND r.id = $3", f"{_OF_ACCOUNT} AND r.id = $3"


class SqliteHoldings:
    """Holdings in SQLite, read where they are asked for, as the tokens are."""

    def __init__(self, tokens: SqliteTokens) -> None:
        self._tokens = tokens

    async def of_user(self, provider_id: int, user_id: int) -> Sequence[Holding]:
        """Every resource of every account that the user belongs to and has anything to do with, by name."""
        return self._all(OF_USER, provider_id, user_id)

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[Holding]:
        """Every resource of one account, by name, as somebody with full access holds it."""
        return self._all(OF_ACCOUNT, provider_id, account_id)

    async def one_of_user(self, provider_id: int, user_id: int, resource_id: int) -> Holding | None:
        """One of those that `of_user` gives."""
        return next(iter(self._all(ONE_OF_USER, provider_id, user_id, resource_id)), None)

    async def one_of_account(self, provider_id: int, account_id: int, resource_id: int) -> Holding | None:
        """One of those that `of_account` gives."""
        return next(iter(self._all(ONE_OF_ACCOUNT, provider_id, account_id, resource_id)), None)

    def _all(self, query: str, *values: int) -> Sequence[Holding]:
        numbered = query.replace("$", "?")
        with translated():
            return [_holding(row) for row in self._tokens.reader.execute(numbered, values)]


class PostgresHoldings:
    """Holdings in PostgreSQL."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def of_user(self, provider_id: int, user_id: int) -> Sequence[Holding]:
        """Every resource of every account that the user belongs to and has anything to do with, by name."""
        return await self._all(OF_USER, provider_id, user_id)

    async def of_account(self, provider_id: int, account_id: int) -> Sequence[Holding]:
        """Every resource of one account, by name, as somebody with full access holds it."""
        return await self._all(OF_ACCOUNT, provider_id, account_id)

    async def one_of_user(self, provider_id: int, user_id: int, resource_id: int) -> Holding | None:
        """One of those that `of_user` gives."""
        return next(iter(await self._all(ONE_OF_USER, provider_id, user_id, resource_id)), None)

    async def one_of_account(self, provider_id: int, account_id: int, resource_id: int) -> Holding | None:
        """One of those that `of_account` gives."""
        return next(iter(await self._all(ONE_OF_ACCOUNT, provider_id, account_id, resource_id)), None)

    async def _all(self, query: str, *values: int) -> Sequence[Holding]:
        with translated():
            return [_holding(row) for row in await self._pool.fetch(query, *values)]


def _holding(row: Iterable[Any]) -> Holding:
    row_id, name, account, access, rights = row
    return Holding(row_id, name, account, Access(access), frozenset((rights or "").split()))
