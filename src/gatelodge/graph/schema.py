"""The schema, put together. `docs/schema.graphql` is written from here by `scripts/graph-schema`."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import ValidationCache
from strawberry.types import ExecutionContext

from gatelodge.graph.limits import REMEMBER, Limits, OneOperation
from gatelodge.graph.mutations import Mutation
from gatelodge.graph.queries import Query


class _Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: the library would log what clients send; execution.py logs what is our own fault."""


SCHEMA = _Schema(
    query=Query,
    mutation=Mutation,
    extensions=[Limits, lambda: ValidationCache(REMEMBER), OneOperation],
)


def schema_text() -> str:
    """The schema in GraphQL's own language."""
    return f"{SCHEMA.as_str()}\n"
