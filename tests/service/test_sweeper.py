"""The sweeper on real databases: what has had its time leaves, and nothing that anybody may still ask for."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, text

from gatelodge.protocol.credentials import parse_public_id
from gatelodge.protocol.errors import InvalidGrant
from gatelodge.protocol.parameters import Parameters
from gatelodge.protocol.pkce import s256
from gatelodge.protocol.policy import Policy
from gatelodge.protocol.shown import NOTHING
from gatelodge.service import sweeper as sweeper_module
from gatelodge.service.applications import Registered
from gatelodge.service.bearer import Caller
from gatelodge.service.granting import TokenAnswer
from gatelodge.service.initial_tokens import MadeInitialToken
from gatelodge.service.keys import KeyRing
from gatelodge.service.minting import IdSource, Mint, first_id_at
from gatelodge.service.records import Application, ApplicationForm, EventRow, LiveViewRow, Reading, RecordingRow
from gatelodge.service.sweeper import LONGEST_PUSHED, SLACK, TOKENS_KEPT, TOLD_WITHIN, USER_TOKENS_KEPT, Sweeper
from gatelodge.service.user_tokens import MadeToken
from gatelodge.storage.database import Database, is_postgres, read_url
from gatelodge.storage.schema import metadata
from gatelodge.storage.sweeping import (
    STALE,
    PostgresSweeping,
    SqliteSweeping,
    postgres_statements,
    sqlite_statements,
)
from gatelodge.storage.tokens_sqlite import SqliteTokens
from tests.support.stores import Stores, dump, outside
from tests.support.world import (
    ACCESS_LIFETIME,
    CALLBACK,
    CODE_LIFETIME,
    DEVICE_CODE_LIFETIME,
    INVITATION_LIFETIME,
    REFRESH_LIFETIME,
    REQUEST_LIFETIME,
    SESSION_LIFETIME,
    START,
    House,
    World,
    sure,
)

LIVE_VIEW_LIFETIME = 600
RECORDING_RETENTION = 7 * 86_400
UNUSED_RETENTION = 30 * 86_400
EVENT_RETENTION = 30 * 86_400
VERIFIER = "v" * 43
DAY = 86_400
READ = frozenset({"read"})


class IdsOfTheWorld(IdSource):
    """Ids that are as old as the world says."""

    def __init__(self) -> None:
        super().__init__()
        self.clock: Callable[[], int] = lambda: START
        self._made = 0

    def next(self) -> int:
        """The next one."""
        self._made += 1
        return first_id_at(self.clock()) + self._made


@pytest.fixture
def world(stores: Stores, keys: KeyRing) -> World:
    """The use cases, whose ids tell the world's time and not the computer's."""
    ids = IdsOfTheWorld()
    made = World(stores, keys, Mint(ids))
    ids.clock = made.clock
    return made


@pytest.fixture
async def sweeping(stores: Stores, store_url: str) -> AsyncIterator[SqliteSweeping | PostgresSweeping]:
    """The port on the test's own database."""
    database = Database(read_url(store_url))
    tokens = stores.tokens
    yield SqliteSweeping(database, tokens) if isinstance(tokens, SqliteTokens) else PostgresSweeping(database)
    await database.close()


@pytest.fixture
def sweeper(world: World, sweeping: SqliteSweeping | PostgresSweeping, monkeypatch: pytest.MonkeyPatch) -> Sweeper:
    """A sweeper at the world's time, with stretches so short that every table has several."""
    monkeypatch.setattr(sweeper_module, "MOST", 3)
    monkeypatch.setattr(sweeper_module, "REST", 0)
    monkeypatch.setattr(sweeper_module, "SHORTEST_REST", 0)
    return sweeper_of(world, sweeping)


def sweeper_of(world: World, sweeping: SqliteSweeping | PostgresSweeping) -> Sweeper:
    """A node's sweeper."""
    return Sweeper(
        sweeping,
        world.clock,
        access_lifetime=ACCESS_LIFETIME,
        code_lifetime=CODE_LIFETIME,
        device_code_lifetime=DEVICE_CODE_LIFETIME,
        request_lifetime=REQUEST_LIFETIME,
        session_lifetime=SESSION_LIFETIME,
        invitation_lifetime=INVITATION_LIFETIME,
        live_view_lifetime=LIVE_VIEW_LIFETIME,
        event_retention=EVENT_RETENTION,
        recording_retention=RECORDING_RETENTION,
        unused_application_retention=UNUSED_RETENTION,
    )


async def public_application(world: World, house: House, *, refreshes: bool) -> House:
    """The house with a public application in hand: one-time access, or refresh tokens that rotate."""
    kinds = frozenset({"authorization_code", "refresh_token"}) if refreshes else None
    form = ApplicationForm("Public", "", (CALLBACK,), confidential=False, grant_types=kinds)
    made = sure(await world.applications.register(house.owner, form), Registered)
    return replace(house, application=made.application, client_secret="")


async def public_code(world: World, public: House) -> str:
    """A code for a public application, which has to bring a challenge along."""
    return await world.code(public, code_challenge=s256(VERIFIER), code_challenge_method="S256")


async def exchange_public(world: World, public: House, code: str) -> TokenAnswer | object:
    """What the token endpoint says to a public application."""
    return await world.exchange(public, code, client_secret=None, code_verifier=VERIFIER)


async def rotate(world: World, public: House, refresh_token: str | None) -> TokenAnswer | object:
    """What the token endpoint says when a public application refreshes."""
    return await world.refresh(public, refresh_token, client_secret=None)


async def works(world: World, house: House, token: str) -> bool:
    """Whether an API takes the token."""
    return isinstance(await world.call(house, token), Caller)


def sizes(url: str) -> dict[str, int]:
    """How many rows each table has."""
    return {table: len(rows) for table, rows in dump(url).items()}


async def test_under_continuous_load_every_table_holds_steady(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    once = await public_application(world, home, refreshes=False)
    lasting = await public_application(world, home, refreshes=True)
    measured: list[dict[str, int]] = []
    for _ in range(10):
        for _ in range(3):
            await world.ask(home)  # nobody ever decides
            await world.code(home)  # nobody ever exchanges it
            sure(await exchange_public(world, once, await public_code(world, once)), TokenAnswer)
            chain = sure(await exchange_public(world, lasting, await public_code(world, lasting)), TokenAnswer)
            for _ in range(2):
                chain = sure(await rotate(world, lasting, chain.refresh_token), TokenAnswer)
            revoked = await world.tokens(home)
            ended = Parameters({"token": revoked.access_token})
            assert await world.revocation.revoke(home.provider, ended, NOTHING) is True
            short = sure(await world.user_tokens.create(home.owner, "Short", READ, DAY), MadeToken)
            await world.user_tokens.revoke(home.owner, short.token.id)
            sure(await world.user_tokens.create(home.guest, "Short", READ, DAY), MadeToken)
            await filmed(world, home)
        world.now += REFRESH_LIFETIME
        await sweeper.sweep()
        measured.append(sizes(store_url))
    # The longest that anything stays are the 90 days of user tokens: four rounds.
    assert measured[4] == measured[9]
    assert all(measured[4] == later for later in measured[4:])
    assert measured[9]["access_tokens"] == measured[9]["codes"] == measured[9]["authorization_requests"] == 0
    # The chains that began in the last round are about to end.
    assert (measured[9]["grants"], measured[9]["refresh_tokens"]) == (3, 9)
    assert measured[9]["user_tokens"] > 0
    assert measured[9]["recordings"] == measured[9]["live_views"] == 0
    assert measured[9]["events"] == 3  # of the last round, which are kept for as long as a round takes


async def filmed(world: World, house: House) -> None:
    """Somebody comes by, is recorded, and somebody watches live."""
    p, camera, now = house.provider.id, house.resource_id, world.now
    ids = [world.mint.id() for _ in range(3)]
    await world.stores.events.add([EventRow(ids[0], p, camera, "motion", now + ids[0] % 1000, {})])
    await world.stores.recordings.add([RecordingRow(ids[1], p, camera, now + ids[0] % 1000 - 9, now, {})])
    watched = LiveViewRow(ids[2], p, camera, b"v" * 32, house.owner.id, None, None, READ, now, now + LIVE_VIEW_LIFETIME)
    assert await world.stores.live_views.add(watched, 100)


async def test_what_cameras_told_is_kept_for_as_long_as_is_set(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    await filmed(world, home)
    await world.stores.recordings.delete(home.provider.id, dump(store_url)["recordings"][0]["id"], now=world.now)
    gone = {}
    for moment in (
        LIVE_VIEW_LIFETIME + SLACK - 1,
        LIVE_VIEW_LIFETIME + SLACK,
        RECORDING_RETENTION,
        EVENT_RETENTION - 1,
        EVENT_RETENTION + TOLD_WITHIN,
    ):
        world.now = START + moment
        gone[moment] = dict(await sweeper.sweep())
    assert [one for one in gone.values() if one] == [{"live_views": 1}, {"recordings": 1}, {"events": 1}]
    assert gone[LIVE_VIEW_LIFETIME + SLACK] == {"live_views": 1}
    assert gone[RECORDING_RETENTION] == {"recordings": 1}


async def test_a_pushed_request_stays_for_as_long_as_one_that_was_begun_may_wait(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    parameters = Parameters(
        {
            "client_id": home.client_id,
            "client_secret": home.client_secret,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "read",
        }
    )
    sure(await world.pushed.push(home.provider, parameters, NOTHING), dict)
    for late, there in ((-1, 1), (1, 0)):
        world.now = START + LONGEST_PUSHED + REQUEST_LIFETIME + SLACK + late
        await sweeper.sweep()
        assert len(dump(store_url)["pushed_requests"]) == there


async def test_a_sweep_tells_how_many_rows_left_each_table(world: World, home: House, sweeper: Sweeper) -> None:
    once = await public_application(world, home, refreshes=False)
    for _ in range(7):
        sure(await exchange_public(world, once, await public_code(world, once)), TokenAnswer)
    world.now += REFRESH_LIFETIME
    assert await sweeper.sweep() == {"access_tokens": 7, "codes": 7, "grants": 7, "sessions": 7}
    assert await sweeper.sweep() == {}


async def test_what_has_ended_stays_for_some_minutes_and_then_leaves(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    """Clocks of nodes differ, and a request that had begun is to find what it saw."""
    once = await public_application(world, home, refreshes=False)
    await world.ask(home)
    sure(await exchange_public(world, once, await public_code(world, once)), TokenAnswer)
    tables = ("access_tokens", "codes", "grants", "sessions", "authorization_requests")
    gone: dict[str, int] = {}
    for moment in sorted(
        end + late
        for end in (ACCESS_LIFETIME, CODE_LIFETIME + ACCESS_LIFETIME, SESSION_LIFETIME, REQUEST_LIFETIME)
        for late in (SLACK - 1, SLACK)
    ):
        world.now = START + moment
        await sweeper.sweep()
        for table in tables:
            if not dump(store_url)[table]:
                gone.setdefault(table, moment)
    assert gone == {
        "authorization_requests": REQUEST_LIFETIME + SLACK,
        "access_tokens": ACCESS_LIFETIME + SLACK,
        "codes": CODE_LIFETIME + ACCESS_LIFETIME + SLACK,
        "grants": CODE_LIFETIME + ACCESS_LIFETIME + SLACK,
        "sessions": SESSION_LIFETIME + SLACK,
    }


async def test_what_lives_goes_on_working(world: World, home: House, sweeper: Sweeper) -> None:
    lasting = await public_application(world, home, refreshes=True)
    confidential = await world.tokens(home)
    public = sure(await exchange_public(world, lasting, await public_code(world, lasting)), TokenAnswer)
    own = sure(await world.user_tokens.create(home.owner, "For good", READ, None), MadeToken)
    for _ in range(4):
        world.now += REFRESH_LIFETIME // 4 - 1
        await sweeper.sweep()
        for house, answer in (
            (home, await world.refresh(home, confidential.refresh_token)),
            (lasting, public := sure(await rotate(world, lasting, public.refresh_token), TokenAnswer)),
        ):
            assert await works(world, house, sure(answer, TokenAnswer).access_token)
        assert await works(world, home, own.text)


async def test_a_replayed_code_is_recognised_for_as_long_as_what_it_gave_lives(
    world: World, home: House, sweeper: Sweeper
) -> None:
    code = await world.code(home)
    world.now += CODE_LIFETIME - 1
    first = sure(await world.exchange(home, code), TokenAnswer)
    world.now += ACCESS_LIFETIME - 1
    await sweeper.sweep()
    assert await works(world, home, first.access_token)
    assert isinstance(await world.exchange(home, code), InvalidGrant)
    assert not await works(world, home, first.access_token)
    assert isinstance(await world.refresh(home, first.refresh_token), InvalidGrant)


async def test_a_code_that_gave_a_refresh_token_leaves_without_the_grant(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    given = await world.tokens(home)
    world.now += REFRESH_LIFETIME
    await sweeper.sweep()
    assert sizes(store_url)["codes"] == 0
    assert isinstance(await world.refresh(home, given.refresh_token), TokenAnswer)


async def test_theft_of_a_rotated_refresh_token_is_recognised_until_its_chain_ends(
    world: World, home: House, sweeper: Sweeper
) -> None:
    lasting = await public_application(world, home, refreshes=True)
    first = sure(await exchange_public(world, lasting, await public_code(world, lasting)), TokenAnswer)
    second = sure(await rotate(world, lasting, first.refresh_token), TokenAnswer)
    third = sure(await rotate(world, lasting, second.refresh_token), TokenAnswer)
    world.now += REFRESH_LIFETIME - 1
    await sweeper.sweep()
    assert isinstance(await rotate(world, lasting, first.refresh_token), InvalidGrant)
    assert isinstance(await rotate(world, lasting, third.refresh_token), InvalidGrant)


async def test_an_access_token_of_the_chains_last_moment_lives_its_time(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    lasting = await public_application(world, home, refreshes=True)
    first = sure(await exchange_public(world, lasting, await public_code(world, lasting)), TokenAnswer)
    world.now += REFRESH_LIFETIME - 1
    last = sure(await rotate(world, lasting, first.refresh_token), TokenAnswer)
    world.now += ACCESS_LIFETIME - 1
    await sweeper.sweep()
    assert await works(world, lasting, last.access_token)
    world.now += SLACK + 2
    await sweeper.sweep()
    assert sizes(store_url)["refresh_tokens"] == sizes(store_url)["grants"] == 0


async def test_a_revoked_grant_leaves_with_its_refresh_tokens(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    kept = await world.tokens(home)
    revoked = await world.tokens(home)
    await world.revocation.revoke(home.provider, Parameters({"token": revoked.access_token}), NOTHING)
    world.now += SLACK - 1
    await sweeper.sweep()
    assert sizes(store_url)["refresh_tokens"] == 2
    world.now += 1
    await sweeper.sweep()
    assert sizes(store_url)["refresh_tokens"] == sizes(store_url)["grants"] == 1
    assert await works(world, home, kept.access_token)
    assert not await works(world, home, revoked.access_token)


async def test_an_application_that_acts_as_itself_can_do_so_for_good(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    form = ApplicationForm("Machine", "", (), grant_types=frozenset({"client_credentials"}), own_scope=READ)
    made = sure(await world.applications.register(home.owner, form), Registered)
    machine = replace(home, application=made.application, client_secret=sure(made.client_secret, str))
    ask = Parameters(
        {
            "grant_type": "client_credentials",
            "client_id": machine.client_id,
            "client_secret": machine.client_secret,
        }
    )
    for _ in range(2):
        answer = sure(await world.token.exchange(home.provider, ask, NOTHING), TokenAnswer)
        assert await works(world, machine, answer.access_token)
        world.now += REFRESH_LIFETIME
        await sweeper.sweep()
        assert sizes(store_url)["access_tokens"] == 0


async def test_when_an_application_was_last_used_is_known_after_its_grants_have_gone(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    once = await public_application(world, home, refreshes=False)
    seen: list[int | None] = []
    for _ in range(3):
        used = world.now
        given = sure(await exchange_public(world, once, await public_code(world, once)), TokenAnswer)
        assert await works(world, once, given.access_token)
        await world.stores.tokens.revoke_user_token(home.provider.id, 0, now=0)  # the note was written before this
        world.now += DAY
        await sweeper.sweep()
        assert sizes(store_url)["grants"] == 0
        seen += [one.last_used_at for one in await world.authorized.mine(home.owner)]
        assert seen[-1] == used
    assert seen == [START, START + DAY, START + 2 * DAY]


async def test_user_tokens_that_have_ended_stay_for_ninety_days(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    expiring = sure(await world.user_tokens.create(home.owner, "Expires", READ, DAY), MadeToken)
    revoked = sure(await world.user_tokens.create(home.owner, "Revoked", READ, None), MadeToken)
    lasting = sure(await world.user_tokens.create(home.owner, "Lasting", READ, None), MadeToken)
    await world.user_tokens.revoke(home.owner, revoked.token.id)

    def left() -> set[int]:
        return {row["id"] for row in dump(store_url)["user_tokens"]}

    world.now = START + USER_TOKENS_KEPT - 1
    await sweeper.sweep()
    assert left() == {expiring.token.id, revoked.token.id, lasting.token.id}
    assert {one.id for one in await world.user_tokens.mine(home.owner)} == {expiring.token.id, lasting.token.id}
    world.now = START + USER_TOKENS_KEPT
    await sweeper.sweep()
    assert left() == {expiring.token.id, lasting.token.id}
    world.now = START + DAY + USER_TOKENS_KEPT
    await sweeper.sweep()
    assert left() == {lasting.token.id}


async def test_tokens_of_a_deleted_application_leave_as_well(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    await world.tokens(home)
    await world.applications.delete(home.owner, home.application.id)
    world.now += REFRESH_LIFETIME
    await sweeper.sweep()
    assert {table for table in STALE if sizes(store_url)[table]} == {"applications"}  # the other provider's


async def test_two_nodes_that_sweep_at_once_take_each_row_once(
    world: World, home: House, sweeping: SqliteSweeping | PostgresSweeping, sweeper: Sweeper, store_url: str
) -> None:
    once = await public_application(world, home, refreshes=False)
    for _ in range(20):
        sure(await exchange_public(world, once, await public_code(world, once)), TokenAnswer)
    world.now += REFRESH_LIFETIME
    removed = await asyncio.gather(*[sweeper_of(world, sweeping).sweep() for _ in range(4)])
    totals = {table: sum(one.get(table, 0) for one in removed) for table in ("access_tokens", "codes", "sessions")}
    assert totals == {"access_tokens": 20, "codes": 20, "sessions": 20}
    assert sizes(store_url)["grants"] == 0


async def test_a_row_that_another_node_holds_is_left_to_it(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    if not is_postgres(read_url(store_url)):
        pytest.skip("SQLite has one writer at a time, whose turn the sweeper awaits")
    for _ in range(5):
        await world.tokens(home)
    world.now += REFRESH_LIFETIME
    database = Database(read_url(store_url))
    async with database.writing() as other:
        held = (
            (await other.execute(text("SELECT id FROM access_tokens ORDER BY id LIMIT 2 FOR UPDATE"))).scalars().all()
        )
        assert (await sweeper.sweep())["access_tokens"] == 3
        assert [row["id"] for row in dump(store_url)["access_tokens"]] == held
    await database.close()
    assert (await sweeper.sweep())["access_tokens"] == 2


async def test_what_was_seen_is_forgotten_when_it_could_not_be_shown_any_more(
    world: World, home: House, sweeper: Sweeper, store_url: str
) -> None:
    for number in range(20):  # more than a stretch has, of fewer seconds
        await world.stores.replays.first(home.provider.id, bytes([number]) * 32, world.now + number // 5)
    world.now += SLACK + 1
    assert (await sweeper.sweep())["replays"] == 10
    assert {row["expires_at"] for row in dump(store_url)["replays"]} == {START + 2, START + 3}
    world.now += 2
    assert (await sweeper.sweep())["replays"] == 10


async def test_applications_that_registered_themselves_leave_when_nobody_lets_them_in(
    world: World, home: House, sweeper: Sweeper
) -> None:
    opened = replace(home.provider, policy=Policy(registration="open"))
    created = world.stores.applications.create

    async def register(name: str) -> int:
        body = json.dumps({"client_name": name, "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"})
        made = await world.registration.register(opened, body.encode(), "application/json", None, "192.0.2.1")
        assert isinstance(made, dict), made
        return sure(parse_public_id(made["client_id"]), int)

    async def names() -> set[str]:
        return {one.name for one in await world.stores.applications.all(home.provider.id)}

    await register("Never used")
    allowed, asked = await register("Let in"), await register("Being asked about")
    document = ApplicationForm("Read since", "", (CALLBACK,), grant_types=frozenset({"authorization_code"}))
    late = Reading(world.now + UNUSED_RETENTION, world.now + UNUSED_RETENTION + 60)
    row = await world.stores.documents.put(
        home.provider.id, world.mint.id(), home.provider.id, "https://a.example/c", document, late
    )
    await world.stores.documents.read_again(home.provider.id, row, late)
    used = replace(home, application=sure(await world.stores.applications.find(home.provider.id, allowed), Application))
    await public_code(world, replace(used, client_secret=""))
    await created(
        home.provider.id, world.mint.id(), home.account.id, home.owner.id,
        ApplicationForm("Made by hand", "", (CALLBACK,), grant_types=frozenset({"authorization_code"})), None, None,
        now=world.now,
    )  # fmt: skip
    everything = await names()
    world.now += UNUSED_RETENTION - 1
    await sweeper.sweep()
    assert await names() == everything
    waits = replace(home, application=sure(await world.stores.applications.find(home.provider.id, asked), Application))
    await world.ask(waits, code_challenge=s256(VERIFIER), code_challenge_method="S256")
    world.now += 1
    assert (await sweeper.sweep())["applications"] == 1
    assert await names() == everything - {"Never used"}


async def test_tokens_to_register_with_are_listed_for_a_month_after_their_time(
    world: World, home: House, sweeper: Sweeper
) -> None:
    sure(await world.initial_tokens.create(home.owner, "Pipeline", 60), MadeInitialToken)
    world.now += 60 + TOKENS_KEPT - 1
    assert "initial_access_tokens" not in await sweeper.sweep()
    world.now += 1
    assert (await sweeper.sweep())["initial_access_tokens"] == 1


@pytest.mark.parametrize("table", STALE)
async def test_no_statement_looks_through_a_whole_table(table: str, stores: Stores, store_url: str) -> None:
    values = dict.fromkeys(("after", "before", "reached", "others", "expired", "ended"), 1)
    postgres = is_postgres(read_url(store_url))

    def plans(connection: Connection) -> list[str]:
        if postgres:  # whose planner prefers a scan where a table is as small as here
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        statements = postgres_statements(table) if postgres else sqlite_statements(table)
        explain = "EXPLAIN" if postgres else "EXPLAIN QUERY PLAN"
        found = [
            connection.execute(text(f"{explain} {one}"), values)
            for one in (statements.end_of_stretch, statements.any, *statements.delete)
        ]
        return [str(row[-1]) for rows in found for row in rows]

    lines = outside(store_url, plans)
    assert any(table in line or "SEARCH t " in line for line in lines)
    for line in lines:
        words = line.replace("Seq Scan on", "SCAN").split()
        scanned = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "SCAN"]
        assert not set(scanned) & {"t", "g", *metadata.tables}, lines


class Heard:
    """What the sweeper logs, each line as it comes."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """structlog's processor."""
        self._lines.put_nowait(dict(event))
        raise structlog.DropEvent

    async def until(self, event: str) -> Mapping[str, Any]:
        """The next line of this kind."""
        while (line := await self._lines.get())["event"] != event:
            pass
        return line


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """The sweeper's log."""
    made = Heard()
    logger = structlog.wrap_logger(None, processors=[made], wrapper_class=structlog.stdlib.BoundLogger)
    monkeypatch.setattr(sweeper_module, "_log", logger)
    return made


async def test_it_outlives_a_database_that_goes_away_and_tries_again(
    world: World, home: House, sweeper: Sweeper, store_url: str, heard: Heard
) -> None:
    await world.tokens(home)
    world.now += REFRESH_LIFETIME
    outside(store_url, lambda connection: connection.execute(text("ALTER TABLE codes RENAME TO codes_away")))
    stop = asyncio.Event()
    running = asyncio.create_task(sweeper.run(0, stop))
    assert "codes" in (await heard.until("sweep put off"))["reason"]
    outside(store_url, lambda connection: connection.execute(text("ALTER TABLE codes_away RENAME TO codes")))
    assert (await heard.until("swept"))["codes"] == 1
    stop.set()
    await running


async def test_it_outlives_a_fault_of_its_own_and_says_what_it_was(
    world: World, home: House, sweeper: Sweeper, heard: Heard
) -> None:
    sweeper._clock = lambda: int("no time")
    stop = asyncio.Event()
    running = asyncio.create_task(sweeper.run(0, stop))
    assert (await heard.until("sweep failed"))["exc_info"] is True
    sweeper._clock = world.clock
    await heard.until("swept")
    stop.set()
    await running


async def test_it_sweeps_for_as_long_as_the_server_runs(sweeper: Sweeper, heard: Heard) -> None:
    async with sweeper.running(1):
        pass  # stopping does not wait for the interval
    stop = asyncio.Event()
    running = asyncio.create_task(sweeper.run(0, stop))
    await heard.until("swept")
    await heard.until("swept")
    stop.set()
    await running


async def test_an_interval_of_none_means_no_sweeping(sweeper: Sweeper) -> None:
    before = asyncio.all_tasks()
    async with sweeper.running(0):
        assert asyncio.all_tasks() == before
    async with sweeper.running(3600):
        assert asyncio.all_tasks() != before
