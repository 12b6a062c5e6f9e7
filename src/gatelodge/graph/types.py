"""Who calls, as the Graph API shows it. Names, fields and descriptions are what integrators see."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from gatelodge.graph.context import GraphInfo
from gatelodge.identity.people import Membership
from gatelodge.protocol.credentials import public_id
from gatelodge.service.bearer import Caller

if TYPE_CHECKING:
    from gatelodge.graph.effective import EffectiveRights

ID_FORM = "11 letters and digits that never change"


@strawberry.enum(description="How a user belongs to an account.")
class AccountRole(Enum):
    """identity.people.Role, as the API names it."""

    OWNER = strawberry.enum_value("owner", description="The account is the user's own.")
    GUEST = strawberry.enum_value("guest", description="The user was let in by an owner.")


@strawberry.enum(description="How much of an account a user sees.")
class AccountAccess(Enum):
    """identity.people.Access, as the API names it."""

    FULL = strawberry.enum_value("full", description="All of the account.")
    PARTIAL = strawberry.enum_value("partial", description="The cameras that were granted, with the rights on each.")


@strawberry.type(description="An account that the user belongs to, and as what.")
class AccountMembership:
    """A membership."""

    name: str = strawberry.field(description="The account's name.")
    role: AccountRole = strawberry.field(description="How the user belongs to the account.")
    access: AccountAccess = strawberry.field(description="How much of the account the user sees.")

    @classmethod
    def of(cls, membership: Membership) -> "AccountMembership":
        """What a membership looks like here."""
        return cls(
            name=membership.account.name,
            role=AccountRole(membership.role.value),
            access=AccountAccess(membership.access.value),
        )


async def accounts(info: GraphInfo) -> list[AccountMembership]:
    """The caller's memberships, looked up only where they are asked for."""
    caller = info.context.caller
    if caller.user is None:
        return []
    memberships = await info.context.services.people.memberships(caller.provider.id, caller.user.id)
    return [AccountMembership.of(membership) for membership in memberships]


async def effective(
    info: GraphInfo,
) -> list[Annotated["EffectiveRights", strawberry.lazy("gatelodge.graph.effective")]]:
    """What the caller can do with each camera that it can see."""
    from gatelodge.graph.effective import EffectiveRights  # it shows cameras, and so builds on this module

    explained = await info.context.services.explain.caller(info.context.caller)
    return [EffectiveRights.of(one) for one in explained]


@strawberry.type(description="Who calls: the user behind the token, and what the token is for.")
class Me:
    """The caller."""

    id: strawberry.ID = strawberry.field(description=f"The caller's id: {ID_FORM}.")
    name: str = strawberry.field(description="The user's name, or the application's where it acts as itself.")
    email: str | None = strawberry.field(
        description="The address that the user signs in with; null for an application that acts as itself."
    )
    scopes: list[str] = strawberry.field(description="The scopes of the token, sorted.")
    application: str | None = strawberry.field(
        description="The application that the token was given to; null with a token that the user made."
    )

    accounts: list[AccountMembership] = strawberry.field(
        resolver=accounts, description="The accounts that the user belongs to, by name."
    )
    effective: list[Annotated["EffectiveRights", strawberry.lazy("gatelodge.graph.effective")]] = strawberry.field(
        resolver=effective,
        description="What the caller can do with each camera that it can see, by name, and why not more: the "
        "token's scopes, what it is limited to, and the user's rights of this moment. Cameras that the token "
        "can't see are not listed, the user's others included; the portal shows those to the user.",
    )

    @classmethod
    def of(cls, caller: Caller) -> "Me":
        """What a caller looks like here."""
        application = caller.application
        whose = caller.user or application
        assert whose is not None  # a token is a user's or an application's
        return cls(
            id=strawberry.ID(public_id(whose.id)),
            name=whose.name,
            email=caller.user.email if caller.user else None,
            scopes=sorted(caller.scope),
            application=application.name if application else None,
        )
