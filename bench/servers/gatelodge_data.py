"""An installation of Gatelodge with thousands of users, applications and tokens.

One of each is made by the services that make them in real life; the others are copies of its row with keys, secrets
and owners of their own. Codes and tokens are composed as the server composes them, so that it can't tell.
"""

import asyncio
import base64
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import URL

from bench import bulk
from bench.loads import JSON, Ask, Load
from gatelodge.app import open_services, prepare
from gatelodge.config import Settings
from gatelodge.identity.people import User
from gatelodge.protocol.client import CLIENT_CREDENTIALS, FOR_USERS
from gatelodge.protocol.credentials import Kind, public_id
from gatelodge.service.applications import Registered
from gatelodge.service.demo import Demo
from gatelodge.service.minting import Mint, clock
from gatelodge.service.records import ApplicationForm
from gatelodge.service.services import Services
from gatelodge.storage import schema
from gatelodge.storage.database import Database, read_url

ACCOUNTS = 1000  # each with an owner and six cameras
APPLICATIONS = 4000  # of each kind
TOKENS = 20_000  # that are introspected, used or refreshed again and again
CAMERAS = ("Driveway", "Front door", "Garden", "Garage", "Hall", "Terrace")
REDIRECT_URI = "https://app.example.com/callback"
SCOPE = "liveview read"
LIFETIME = 86_400  # seconds: longer than any run
LOOK = '{"query":"{cameraList{name}}"}'


@dataclass(frozen=True, slots=True)
class App:
    """An application: its key, its HTTP Basic credentials (empty for a public one), and the grant it acts under."""

    id: int
    authorization: str
    own_grant: int | None


class Installation:
    """A database that is filled for the bench, and requests for the server that runs on it."""

    def __init__(self, settings: Settings, origin: str) -> None:
        self._settings = settings
        self._origin = origin
        self._url: URL = read_url(settings.database_url)
        self._mint = Mint()
        self._random = random.Random(3)
        self._apps: dict[str, list[App]] = {}
        self._users: list[int] = []
        self._provider = 0

    def fill(self) -> None:
        """Make the schema, one provider, and the people and applications of a busy one."""
        prepare(self._settings)
        asyncio.run(self._fill())

    def asks(self, load: Load, count: int) -> Iterator[Ask]:
        """`count` requests; those that need a code or token of their own get new ones."""
        return {
            "client_credentials": self._client_credentials,
            "code": self._codes,
            "refresh": self._refreshes,
            "rotation": self._rotations,
            "introspection": self._introspections,
            "revocation": self._revocations,
            "graph": self._calls,
        }[load.name](count)

    async def _fill(self) -> None:
        async with open_services(self._settings) as services:
            demo = await services.demo.fill(self._origin)
            if not isinstance(demo, Demo):
                raise TypeError(f"the demo data was refused: {demo}")
            self._provider = demo.provider.id
            owner = await services.people.by_email(self._provider, demo.users[0].email)
            assert owner is not None
            kinds = {
                "machine": ApplicationForm(
                    "Machine", "", (), grant_types=frozenset({CLIENT_CREDENTIALS}), own_scope=frozenset({"read"})
                ),
                "confidential": ApplicationForm("Web", "", (REDIRECT_URI,), grant_types=FOR_USERS),
                "public": ApplicationForm("Phone", "", (REDIRECT_URI,), confidential=False, grant_types=FOR_USERS),
                "resource server": ApplicationForm("API", "", (), resource_server=True),
            }
            first = {kind: await _register(services, owner, form) for kind, form in kinds.items()}
        database = Database(self._url)
        try:
            accounts = await self._people(database, owner)
            for kind, registered in first.items():
                await self._applications(database, kind, registered, accounts)
        finally:
            await database.close()

    async def _people(self, database: Database, owner: User) -> list[int]:
        """Accounts like the demo's, each with an owner and cameras."""
        membership = await _one(database, schema.memberships, user_id=owner.id)
        account = await _one(database, schema.accounts, id=membership["account_id"])
        user = await _one(database, schema.users, id=owner.id)
        camera = await _one(database, schema.resources, account_id=membership["account_id"])
        new = self._mint.id
        accounts = [account | {"id": new(), "name": f"Account {n}"} for n in range(ACCOUNTS)]
        users = [user | {"id": new(), "email": f"owner{n}@example.com"} for n in range(ACCOUNTS)]
        memberships = [
            membership | {"account_id": a["id"], "user_id": u["id"]} for a, u in zip(accounts, users, strict=True)
        ]
        cameras = [camera | {"id": new(), "account_id": a["id"], "name": name} for a in accounts for name in CAMERAS]
        await self._insert(schema.accounts, accounts)
        await self._insert(schema.users, users)
        await self._insert(schema.memberships, memberships)
        await self._insert(schema.resources, cameras)
        self._users = [user["id"] for user in users]
        return [account["id"] for account in accounts]

    async def _applications(self, database: Database, kind: str, first: Registered, accounts: Sequence[int]) -> None:
        application = await _one(database, schema.applications, id=first.application.id)
        apps, rows, secrets, grants = [], [], [], []
        for number, account in zip(range(APPLICATIONS), itertools.cycle(accounts), strict=False):
            own_grant = None if application["own_grant_id"] is None else self._mint.id()
            row = application | {
                "id": self._mint.id(),
                "account_id": account,
                "name": f"{kind} {number}",
                "own_grant_id": own_grant,
            }
            rows.append(row)
            if own_grant is not None:
                grants.append(self._grant(own_grant, row["id"], None))
            authorization = ""
            if first.client_secret is not None:
                secret = self._mint.secret(Kind.CLIENT_SECRET)
                secrets.append(
                    {
                        "id": secret.presented.id,
                        "provider_id": self._provider,
                        "application_id": row["id"],
                        "digest": secret.presented.digest,
                        "created_at": clock(),
                    }
                )
                authorization = basic(public_id(row["id"]), secret.text)
            apps.append(App(row["id"], authorization, own_grant))
        await self._insert(schema.applications, rows)
        await self._insert(schema.client_secrets, secrets)
        await self._insert(schema.grants, grants)
        self._apps[kind] = apps

    async def _insert(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        await asyncio.to_thread(bulk.insert_like, self._url, table, rows)

    def _grant(self, grant: int, application: int, user: int | None) -> dict[str, Any]:
        return {
            "id": grant,
            "provider_id": self._provider,
            "application_id": application,
            "user_id": user,
            "created_at": clock(),
            "last_used_at": clock(),  # used already: the note of a first use is not what is to be measured
        }

    def _tokens(self, kind: Kind, table: Table, apps: str, count: int) -> list[tuple[App, str]]:
        """`count` new codes or tokens, each of a grant of its own, by different users to different applications."""
        now = clock()
        grants, rows, made = [], [], []
        for _ in range(count):
            app, user = self._random.choice(self._apps[apps]), self._random.choice(self._users)
            grant, token = self._mint.id(), self._mint.secret(kind)
            grants.append(self._grant(grant, app.id, user))
            row = {
                "id": token.presented.id,
                "provider_id": self._provider,
                "digest": token.presented.digest,
                "grant_id": grant,
                "scope": SCOPE,
                "expires_at": now + LIFETIME,
            }
            if kind is Kind.CODE:
                row |= {"redirect_uri": REDIRECT_URI, "redirect_uri_sent": True}
            rows.append(row)
            made.append((app, token.text))
        bulk.insert_like(self._url, schema.grants, grants)
        bulk.insert_like(self._url, table, rows)
        self._random.shuffle(made)
        return made

    def _client_credentials(self, count: int) -> Iterator[Ask]:
        for number in range(count):
            app = self._apps["machine"][number % APPLICATIONS]
            yield Ask("/oauth2/token", app.authorization, "grant_type=client_credentials&scope=read")

    def _codes(self, count: int) -> Iterator[Ask]:
        for app, text in self._tokens(Kind.CODE, schema.codes, "confidential", count):
            body = f"grant_type=authorization_code&code={text}&redirect_uri={REDIRECT_URI}"
            yield Ask("/oauth2/token", app.authorization, body)

    def _refreshes(self, count: int) -> Iterator[Ask]:
        for app, text in self._tokens(Kind.REFRESH_TOKEN, schema.refresh_tokens, "confidential", count):
            yield Ask("/oauth2/token", app.authorization, f"grant_type=refresh_token&refresh_token={text}")

    def _rotations(self, count: int) -> Iterator[Ask]:
        for app, text in self._tokens(Kind.REFRESH_TOKEN, schema.refresh_tokens, "public", count):
            body = f"grant_type=refresh_token&refresh_token={text}&client_id={public_id(app.id)}"
            yield Ask("/oauth2/token", "", body)

    def _introspections(self, count: int) -> Iterator[Ask]:
        for _, text in self._tokens(Kind.ACCESS_TOKEN, schema.access_tokens, "confidential", count):
            server = self._random.choice(self._apps["resource server"])
            yield Ask("/oauth2/introspect", server.authorization, f"token={text}")

    def _revocations(self, count: int) -> Iterator[Ask]:
        for app, text in self._tokens(Kind.ACCESS_TOKEN, schema.access_tokens, "confidential", count):
            yield Ask("/oauth2/revoke", app.authorization, f"token={text}")

    def _calls(self, count: int) -> Iterator[Ask]:
        for _, text in self._tokens(Kind.ACCESS_TOKEN, schema.access_tokens, "confidential", count):
            yield Ask("/api/graphql", f"Bearer {text}", LOOK, JSON)


def basic(client_id: str, client_secret: str) -> str:
    """A client's credentials as an Authorization header (RFC 6749 §2.3.1)."""
    return "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()


def settings_for(database: str, folder: Path) -> Settings:
    """The settings of an installation: all as they come, but for where its data is."""
    return Settings(database=database, data_dir=folder / "data")


async def _register(services: Services, owner: User, form: ApplicationForm) -> Registered:
    made = await services.applications.register(owner, form)
    if not isinstance(made, Registered):
        raise TypeError(f"the application was refused: {made}")
    return made


async def _one(database: Database, table: Table, **where: Any) -> dict[str, Any]:
    """The first row of a table with these values."""
    query = select(table).filter_by(**where).limit(1)
    async with database.reading() as connection:
        return dict((await connection.execute(query)).mappings().one())
