"""What can be asked: the schema, and resolvers that only ask the use cases.

`docs/schema.graphql` is written from here by `scripts/graph-schema`."""

from typing import Annotated

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ValidationCache
from strawberry.types import ExecutionContext

from gatelodge.graph.context import GraphInfo
from gatelodge.graph.limits import REMEMBER, Limits, OneOperation
from gatelodge.graph.types import Camera, Me
from gatelodge.protocol.credentials import parse_public_id


def me(info: GraphInfo) -> Me:
    """The caller."""
    return Me.of(info.context.caller)


async def camera_list(info: GraphInfo) -> list[Camera]:
    """Every camera that the caller can read."""
    context = info.context
    return [Camera.of(resource) for resource in await context.services.resources.of(context.caller)]


async def camera(
    info: GraphInfo,
    id: Annotated[strawberry.ID, strawberry.argument(description="The id that cameraList gives.")],
) -> Camera | None:
    """The camera, unless it is unknown, out of the caller's sight, or `id` is none."""
    number = parse_public_id(id)
    if number is None:
        return None
    resource = await info.context.services.resources.one(info.context.caller, number)
    return Camera.of(resource) if resource else None


@strawberry.type(description="What can be asked. Each answer is worked out anew, with the rights of the moment.")
class Query:
    """The root."""

    me: Me = strawberry.field(resolver=me, description="Who calls.")
    camera_list: list[Camera] = strawberry.field(
        resolver=camera_list, description="The cameras that the caller can see, by name."
    )
    camera: Camera | None = strawberry.field(
        resolver=camera, description="One camera; null where the caller can see none of that id."
    )


class _Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: the library would log what clients send; execution.py logs what is our own fault."""


SCHEMA = _Schema(
    query=Query,
    extensions=[Limits, lambda: ValidationCache(REMEMBER), OneOperation],
)


def schema_text() -> str:
    """The schema in GraphQL's own language."""
    return f"{SCHEMA.as_str()}\n"
