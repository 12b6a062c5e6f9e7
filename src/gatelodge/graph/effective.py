"""What the caller can do, and why not more, as the Graph API explains it."""

from enum import Enum

import strawberry

from gatelodge.graph.camera_types import Camera
from gatelodge.identity.effective import Taker
from gatelodge.service.explain import Explained
from gatelodge.service.resources import Seen


@strawberry.enum(description="What takes a right away.")
class RightTaker(Enum):
    """identity.effective.Taker, as the API names it."""

    SCOPE = strawberry.enum_value("scope", description="The token does not have the scope.")
    LIMIT = strawberry.enum_value(
        "limit", description="The token was limited to other cameras, or to less on this one."
    )
    USER = strawberry.enum_value("user", description="The user does not have the right either.")


@strawberry.type(description="A right that the caller does not have on a camera.")
class TakenRight:
    """A right, and what takes it away."""

    right: str = strawberry.field(description="The right.")
    by: list[RightTaker] = strawberry.field(description="All that takes it away; each of them would have to change.")


@strawberry.type(description="What the caller can do with one camera at this moment, and why not more.")
class EffectiveRights:
    """One camera, explained."""

    camera: Camera = strawberry.field(description="The camera.")
    rights: list[str] = strawberry.field(description="The rights that the caller has on it, sorted.")
    taken_away: list[TakenRight] = strawberry.field(description="Every other right, by name, with what takes it away.")

    @classmethod
    def of(cls, one: Explained) -> "EffectiveRights":
        """What an explanation looks like here."""
        return cls(
            camera=Camera.of(Seen(one.holding, one.rights)),
            rights=sorted(one.rights),
            taken_away=[
                TakenRight(right=right, by=[RightTaker(taker.value) for taker in Taker if taker in takers])
                for right, takers in sorted(one.taken.items())
            ],
        )
