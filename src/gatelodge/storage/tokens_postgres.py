"""The hot path on PostgreSQL (ports.TokenStore): asyncpg, one round trip for each batch.

The look-ups of one turn of the event loop go as arrays into one query, and so do the writes of a kind; each write is
one statement and so a transaction of its own. PostgreSQL is the only truth: nothing is remembered between requests.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

from gatelodge.protocol.client import Client
from gatelodge.protocol.code_grant import Code
from gatelodge.protocol.credentials import Kind, Presented
from gatelodge.protocol.introspection import TokenState
from gatelodge.protocol.refresh_grant import RefreshToken
from gatelodge.protocol.revocation import Owned
from gatelodge.service.ports import StoreUnavailable
from gatelodge.service.records import BearerRow, NewToken
from gatelodge.storage import tokens_sql as sql
from gatelodge.storage.batching import Batcher
from gatelodge.storage.database import plain_url
from gatelodge.storage.errors import Conflict, ReadOnly, translated

Row = tuple[Any, ...]
CONNECTIONS = 8
MOST_AT_ONCE = 512
TIMEOUT = 5.0  # seconds that connecting, or one statement, may take
TRIES = 5  # where the database asks to try again

ASKED = """WITH asked AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
    WITH ORDINALITY AS q (provider, client, secret, token, number)
)"""

_TOKEN = "id, provider_id, digest, grant_id, scope, expires_at, binding"
_TOKENS = "unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::text[], $6::bigint[], $7::text[])"
ADD_ACCESS_TOKENS = f"INSERT INTO access_tokens ({_TOKEN}) SELECT * FROM {_TOKENS}"
# A code or refresh token gives way to what comes after it in one statement: whoever changes its row has won, and only
# the winner's tokens are stored. `number` tells which of the calls of the batch that was.
_SUCCEED = """
WITH given AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::text[], $6::bigint[], $7::text[],
                         $8::bigint[], $9::bytea[], $10::text[], $11::bigint[], $12::text[], $13::bigint[],
                         $14::bigint[])
    WITH ORDINALITY AS q (id, provider_id, digest, grant_id, scope, expires_at, binding,
                          refresh_id, refresh_digest, refresh_scope, refresh_expires_at, refresh_binding, from_id, now,
                          number)
), won AS (
    {give_way} RETURNING given.*
), access AS (
    INSERT INTO access_tokens (id, provider_id, digest, grant_id, scope, expires_at, binding)
    SELECT id, provider_id, digest, grant_id, scope, expires_at, binding FROM won
), refresh AS (
    INSERT INTO refresh_tokens (id, provider_id, digest, grant_id, scope, expires_at, binding)
    SELECT refresh_id, provider_id, refresh_digest, grant_id, refresh_scope, refresh_expires_at, refresh_binding
    FROM won
    WHERE refresh_id IS NOT NULL
)
SELECT number FROM won"""
REDEEM = _SUCCEED.format(
    give_way="""UPDATE codes SET used_at = given.now, refresh_token_id = given.refresh_id FROM given
    WHERE codes.id = given.from_id AND codes.provider_id = given.provider_id AND codes.used_at IS NULL"""
)
ROTATE = _SUCCEED.format(
    give_way="""UPDATE refresh_tokens SET successor_id = given.refresh_id FROM given
    WHERE refresh_tokens.id = given.from_id AND refresh_tokens.provider_id = given.provider_id
    AND refresh_tokens.successor_id IS NULL"""
)
_FROM_ID = 12  # where a call for a succession says whose row gives way
# `DO NOTHING` also waits for another transaction that is just storing the same, and lets one of the two win.
SEE = """
INSERT INTO replays (expires_at, provider_id, digest) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])
ON CONFLICT DO NOTHING RETURNING expires_at, provider_id, digest"""
_MARKS = "unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS q (now, id, provider_id)"
_REVOKE = """
UPDATE {table} t SET revoked_at = q.now FROM {marks}
WHERE t.id = q.id AND t.provider_id = q.provider_id AND t.revoked_at IS NULL"""
REVOKE_GRANTS = _REVOKE.format(table="grants", marks=_MARKS)
REVOKE_USER_TOKENS = _REVOKE.format(table="user_tokens", marks=_MARKS)
REVOKE_ACCESS_TOKENS = """
DELETE FROM access_tokens t USING unnest($1::bigint[], $2::bigint[]) AS q (id, provider_id)
WHERE t.id = q.id AND t.provider_id = q.provider_id"""
_NOTE_USE = """
UPDATE {table} t SET last_used_at = q.now FROM {marks} WHERE t.id = q.id AND t.provider_id = q.provider_id"""
NOTE_USE = {kind: _NOTE_USE.format(table=table, marks=_MARKS) for kind, table in sql.HOLDERS.items()}


class PostgresTokens:
    """Codes and tokens in PostgreSQL."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = pool
        self._batchers: list[Batcher[Row, Any]] = []
        self._noted: set[asyncio.Future[Any]] = set()
        self._clients = self._reads(sql.FIND_CLIENT)
        self._codes = self._reads(sql.FIND_CODE)
        self._refresh_tokens = self._reads(sql.FIND_REFRESH_TOKEN)
        self._bearers = self._reads_by_kind(sql.FIND_BEARER)
        self._states = self._reads_by_kind(sql.FIND_STATE)
        self._owned = self._reads_by_kind(sql.FIND_OWNED)
        self._redeem = self._successions(REDEEM)
        self._rotate = self._successions(ROTATE)
        self._add = self._writes(ADD_ACCESS_TOKENS)
        self._revoke_grants = self._writes(REVOKE_GRANTS)
        self._revoke_user_tokens = self._writes(REVOKE_USER_TOKENS)
        self._revoke_access_tokens = self._writes(REVOKE_ACCESS_TOKENS)
        self._see = self._batcher(self._see_all)
        self._note_use = {kind: self._writes(statement) for kind, statement in NOTE_USE.items()}

    @classmethod
    async def open(cls, url: URL) -> "PostgresTokens":
        """Get ready. Connections are made when they are needed, so that a worker which is started anew while the
        database is away serves when it is back."""
        pool = await asyncpg.create_pool(
            plain_url(url),
            min_size=0,
            max_size=CONNECTIONS,
            timeout=TIMEOUT,
            command_timeout=TIMEOUT,
            reset=_leave_as_it_is,
        )
        return cls(pool)

    async def close(self) -> None:
        """Finish what was begun, then close."""
        for batcher in self._batchers:
            await batcher.drain()
        await self.pool.close()

    async def find_client(self, provider_id: int, client_id: int, secret_id: int | None) -> Client | None:
        """The application, with the digest of that one of its secrets."""
        row = await self._clients.submit((provider_id, client_id, secret_id, None))
        return sql.client_of(row) if row else None

    async def find_code(
        self, provider_id: int, client_id: int, secret_id: int | None, code_id: int
    ) -> tuple[Client | None, Code | None]:
        """The application and the code, whoever's it is, in one read."""
        row = await self._codes.submit((provider_id, client_id, secret_id, code_id))
        return (sql.client_of(row), sql.code_of(row)) if row else (None, None)

    async def find_refresh_token(
        self, provider_id: int, client_id: int, secret_id: int | None, token_id: int
    ) -> tuple[Client | None, RefreshToken | None]:
        """The application and the refresh token, whoever's it is, in one read."""
        row = await self._refresh_tokens.submit((provider_id, client_id, secret_id, token_id))
        return (sql.client_of(row), sql.refresh_token_of(row)) if row else (None, None)

    async def find_state(
        self, provider_id: int, client_id: int, secret_id: int | None, presented: Presented | None
    ) -> tuple[Client | None, TokenState | None]:
        """The application that asks and what stands behind the token that it asks about, in one read."""
        if presented is None:
            return await self.find_client(provider_id, client_id, secret_id), None
        row = await self._states[presented.kind].submit((provider_id, client_id, secret_id, presented.id))
        return (sql.client_of(row), sql.state_of(row)) if row else (None, None)

    async def find_bearer(self, provider_id: int, presented: Presented) -> BearerRow | None:
        """What stands behind an access token or a user token."""
        row = await self._bearers[presented.kind].submit((provider_id, None, None, presented.id))
        return sql.bearer_of(row, provider_id) if row else None

    async def find_owned(self, provider_id: int, presented: Presented) -> Owned | None:
        """Whose token this is: access, refresh or user token."""
        row = await self._owned[presented.kind].submit((provider_id, None, None, presented.id))
        return sql.owned_of(row) if row else None

    async def redeem_code(self, code_id: int, access: NewToken, refresh: NewToken | None, *, now: int) -> bool:
        """Use the code of `access`'s provider up and store what it gives, together. True for exactly one caller
        (RFC 6749 §4.1.2)."""
        return bool(await self._redeem.submit(_succession(code_id, access, refresh, now)))

    async def rotate(self, token_id: int, access: NewToken, successor: NewToken) -> bool:
        """Put `successor` in the refresh token's place and store `access`, together. True for exactly one caller."""
        return bool(await self._rotate.submit(_succession(token_id, access, successor, 0)))

    async def add_access_token(self, access: NewToken) -> None:
        """Store an access token. Raises AlreadyExists where its id is taken."""
        await self._add.submit(sql.token_row(access))

    async def revoke_grant(self, provider_id: int, grant_id: int, *, now: int) -> None:
        """End a grant and with it every token it gave, at once."""
        await self._revoke_grants.submit((now, grant_id, provider_id))

    async def revoke_user_token(self, provider_id: int, token_id: int, *, now: int) -> None:
        """End a user token."""
        await self._revoke_user_tokens.submit((now, token_id, provider_id))

    async def revoke_access_token(self, provider_id: int, token_id: int) -> None:
        """End one access token, and nothing else of its grant."""
        await self._revoke_access_tokens.submit((token_id, provider_id))

    async def see(self, provider_id: int, digest: bytes, expires_at: int) -> bool:
        """Note a one-time identifier. True for exactly one caller."""
        return bool(await self._see.submit((expires_at, provider_id, digest)))

    async def _see_all(self, calls: Sequence[Row]) -> Sequence[bool]:
        # In one order, so that two nodes that store the same never wait for each other.
        won = {tuple(row) for row in await self._fetch(SEE, sorted(set(calls)))}
        results = []
        for call in calls:
            results.append(call in won)
            won.discard(call)  # of two calls in one batch the first has won
        return results

    def note_use(self, provider_id: int, presented: Presented, holder_id: int, *, now: int) -> None:
        """Note that a token was used, some time soon; nobody waits for it."""
        noted = self._note_use[presented.kind].submit((now, holder_id, provider_id))
        self._noted.add(noted)
        noted.add_done_callback(self._noted_done)

    def _noted_done(self, noted: asyncio.Future[Any]) -> None:
        self._noted.discard(noted)
        noted.exception()  # the caller was served; a note that can't be written now is written with the next use

    def _batcher(self, run: Callable[[Sequence[Row]], Awaitable[Sequence[Any]]]) -> Batcher[Row, Any]:
        batcher: Batcher[Row, Any] = Batcher(run, MOST_AT_ONCE)
        self._batchers.append(batcher)
        return batcher

    def _reads(self, query: str) -> Batcher[Row, Any]:
        """Questions that one query answers, each with its row or None."""
        statement = ASKED + query

        async def run(calls: Sequence[Row]) -> Sequence[asyncpg.Record | None]:
            found = {row[0]: row for row in await self._fetch(statement, calls)}
            return [found.get(number) for number in range(1, len(calls) + 1)]

        return self._batcher(run)

    def _reads_by_kind(self, queries: Mapping[Kind, str]) -> dict[Kind, Batcher[Row, Any]]:
        return {kind: self._reads(query) for kind, query in queries.items()}

    def _writes(self, statement: str) -> Batcher[Row, Any]:
        """Changes that one statement makes. If it fails, each is made alone, so that it fails alone."""

        async def run(calls: Sequence[Row]) -> Sequence[Any]:
            return await _alone_if_need_be(calls, lambda some: self._fetch(statement, some), lambda _: None)

        return self._batcher(run)

    def _successions(self, statement: str) -> Batcher[Row, Any]:
        """Changes of which each may be won by one call only: every call is told whether it was it."""

        async def run(calls: Sequence[Row]) -> Sequence[Any]:
            # Of two calls for the same row in one batch, the database would pick either; here the first comes first.
            first: dict[tuple[int, int], int] = {}
            for index, call in enumerate(calls):
                first.setdefault((call[1], call[_FROM_ID]), index)
            chosen = sorted(first.values())
            results = await _alone_if_need_be(
                [calls[index] for index in chosen],
                lambda some: self._fetch(statement, some),
                lambda rows: {row[0] for row in rows},
            )
            by_index = dict(zip(chosen, results, strict=True))
            return [by_index.get(index, False) for index in range(len(calls))]

        return self._batcher(run)

    async def _fetch(self, statement: str, calls: Sequence[Row]) -> Sequence[asyncpg.Record]:
        columns = [list(column) for column in zip(*calls, strict=True)]
        for tried in range(1, TRIES + 1):
            try:
                with translated():
                    async with self.pool.acquire(timeout=TIMEOUT) as connection:
                        return await connection.fetch(statement, *columns)
            except ReadOnly:
                # A session that began while the database was read-only stays so: none of these is used again.
                await self.pool.expire_connections()
                if tried > 1:
                    raise
            except Conflict:
                if tried == TRIES:
                    raise StoreUnavailable("the database kept asking to try again") from None
        raise AssertionError("unreachable")


async def _alone_if_need_be(
    calls: Sequence[Row],
    run: Callable[[Sequence[Row]], Awaitable[Iterable[Any]]],
    winners: Callable[[Any], set[int] | None],
) -> list[Any]:
    """Run `calls` as one; if that fails for a reason of one of them, one by one. True, or an exception, for each; False
    where `winners` names who has won and a call isn't among them."""
    try:
        won = winners(await run(calls))
    except StoreUnavailable:
        raise
    except Exception as error:
        if len(calls) == 1:
            return [error]
        return [result for call in calls for result in await _alone_if_need_be([call], run, winners)]
    return [won is None or number in won for number in range(1, len(calls) + 1)]


def _succession(from_id: int, access: NewToken, refresh: NewToken | None, now: int) -> Row:
    heir: Row = (None, None, None, None, None)
    if refresh is not None:
        row = sql.token_row(refresh)
        heir = (row[0], row[2], row[4], row[5], row[6])
    return (*sql.token_row(access), *heir, from_id, now)


async def _leave_as_it_is(_connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Nothing: our statements leave nothing behind on a connection that would have to be reset, a round trip each."""
