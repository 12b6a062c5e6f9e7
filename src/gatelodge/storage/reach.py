"""What could reach an account (ports.ReachStore): eight queries, however many people and tokens there are."""

from collections import defaultdict

from sqlalchemy import func, or_, select

from gatelodge.identity.effective import Holding
from gatelodge.identity.people import Access, Role, User
from gatelodge.protocol.client import CLIENT_CREDENTIALS
from gatelodge.service.records import AccountReach, Reaching
from gatelodge.storage.consents import agreed_to
from gatelodge.storage.database import Database
from gatelodge.storage.details import Piece, piece_of
from gatelodge.storage.schema import (
    accounts,
    applications,
    consents,
    grants,
    memberships,
    resource_rights,
    resources,
    user_tokens,
    users,
)


class SqlReach:
    """The owner's view in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_account(self, provider_id: int, account_id: int, *, now: int) -> AccountReach:
        """Everything that could reach the account's resources."""
        members_of = (
            memberships.c.provider_id == provider_id,
            memberships.c.account_id == account_id,
            memberships.c.disabled_at.is_(None),
        )
        people = (
            select(users, memberships.c.role, memberships.c.access)
            .join(memberships, memberships.c.user_id == users.c.id)
            .where(*members_of, users.c.disabled_at.is_(None))
        )
        things = (
            select(resources.c.id, resources.c.name, accounts.c.name.label("account"))
            .join(accounts, accounts.c.id == resources.c.account_id)
            .where(resources.c.provider_id == provider_id, resources.c.account_id == account_id)
            .order_by(resources.c.name, resources.c.id)
        )
        granted = (
            select(resource_rights)
            .join(resources, resources.c.id == resource_rights.c.resource_id)
            .where(resource_rights.c.provider_id == provider_id, resources.c.account_id == account_id)
        )
        tokens = (
            select(user_tokens)
            .join(memberships, memberships.c.user_id == user_tokens.c.user_id)
            .where(
                *members_of,
                user_tokens.c.provider_id == provider_id,
                user_tokens.c.revoked_at.is_(None),
                or_(user_tokens.c.expires_at.is_(None), user_tokens.c.expires_at > now),
            )
        )
        last_use = (
            select(func.max(grants.c.last_used_at))
            .where(grants.c.user_id == consents.c.user_id, grants.c.application_id == consents.c.application_id)
            .scalar_subquery()
        )
        allowed = (
            select(
                consents,
                applications.c.name,
                accounts.c.name.label("owner"),
                last_use.label("last_use_now"),
            )
            .join(memberships, memberships.c.user_id == consents.c.user_id)
            .join(applications, applications.c.id == consents.c.application_id)
            .join(accounts, accounts.c.id == applications.c.account_id)
            .where(*members_of, consents.c.provider_id == provider_id, applications.c.disabled_at.is_(None))
        )
        # A grant keeps what it was given, also where the consent has since been narrowed.
        lasting = (
            select(grants.c.user_id, grants.c.application_id, grants.c.scope, grants.c.authorization_details)
            .join(memberships, memberships.c.user_id == grants.c.user_id)
            .where(
                *members_of,
                grants.c.provider_id == provider_id,
                grants.c.revoked_at.is_(None),
                grants.c.scope.is_not(None),
                agreed_to(),
            )
            .distinct()
        )
        machines = (
            select(applications, accounts.c.name.label("owner"), grants.c.last_used_at)
            .join(accounts, accounts.c.id == applications.c.account_id)
            .outerjoin(grants, grants.c.id == applications.c.own_grant_id)
            .where(
                applications.c.provider_id == provider_id,
                applications.c.account_id == account_id,
                applications.c.disabled_at.is_(None),
            )
        )
        elsewhere = (
            select(memberships.c.user_id)
            .where(
                memberships.c.provider_id == provider_id,
                memberships.c.account_id != account_id,
                memberships.c.disabled_at.is_(None),
                memberships.c.user_id.in_(select(memberships.c.user_id).where(*members_of)),
            )
            .distinct()
        )
        async with self._database.reading() as connection:
            person_rows = (await connection.execute(people)).all()
            thing_rows = (await connection.execute(things)).all()
            grant_rows = (await connection.execute(granted)).all()
            token_rows = (await connection.execute(tokens)).all()
            consent_rows = (await connection.execute(allowed)).all()
            lasting_rows = (await connection.execute(lasting)).all()
            machine_rows = (await connection.execute(machines)).all()
            elsewhere_ids = frozenset((await connection.execute(elsewhere)).scalars())
        rights: dict[tuple[int, int], frozenset[str]] = defaultdict(frozenset)
        for row in grant_rows:
            rights[row.user_id, row.resource_id] = frozenset(row.rights.split())
        given: dict[tuple[int, int], list[Piece]] = defaultdict(list)
        for row in lasting_rows:
            given[row.user_id, row.application_id].append(piece_of(row))
        who = {row.id: User(row.id, provider_id, row.email, row.name) for row in person_rows}
        return AccountReach(
            members={row.id: Role(row.role) for row in person_rows},
            holdings={
                row.id: [
                    Holding(thing.id, thing.name, thing.account, Access(row.access), rights[row.id, thing.id])
                    for thing in thing_rows
                ]
                for row in person_rows
            },
            everything=[Holding(one.id, one.name, one.account, Access.FULL, frozenset()) for one in thing_rows],
            tokens=[
                Reaching(
                    id=row.id,
                    name=row.name,
                    user=who[row.user_id],
                    made_by="",
                    pieces=(piece_of(row),),
                    since=row.created_at,
                    last_used_at=row.last_used_at,
                    expires_at=row.expires_at,
                )
                for row in token_rows
                if row.user_id in who
            ],
            applications=[
                Reaching(
                    id=row.application_id,
                    name=row.name,
                    user=who[row.user_id],
                    made_by=row.owner,
                    pieces=(piece_of(row), *given[row.user_id, row.application_id]),
                    since=row.created_at,
                    last_used_at=max(
                        (at for at in (row.last_used_at, row.last_use_now) if at is not None), default=None
                    ),
                    expires_at=None,
                )
                for row in consent_rows
                if row.user_id in who
            ]
            + [
                Reaching(
                    id=row.id,
                    name=row.name,
                    user=None,
                    made_by=row.owner,
                    pieces=((frozenset(row.own_scope.split()), None),),
                    since=row.created_at,
                    last_used_at=row.last_used_at,
                    expires_at=None,
                )
                for row in machine_rows
                if CLIENT_CREDENTIALS in row.grant_types.split()
            ],
            elsewhere=elsewhere_ids,
        )
