"""What the portal's explorer asks of the Graph API: an answer for somebody who is signed in, the least scopes that a
query needs, and what can be asked at all."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from graphql import DocumentNode, GraphQLError, GraphQLObjectType

from gatelodge.graph.answers import refusal
from gatelodge.graph.context import GraphContext
from gatelodge.graph.endpoint import SCOPE
from gatelodge.graph.execution import run
from gatelodge.graph.limits import read
from gatelodge.graph.needs import NEEDS, READ, least_scopes
from gatelodge.graph.question import Question
from gatelodge.graph.schema import SCHEMA
from gatelodge.protocol.errors import InsufficientScope
from gatelodge.service.bearer import Caller
from gatelodge.service.services import Services


class GraphExplorer:
    """The Graph API, from within."""

    def __init__(self, *, introspection: bool = True) -> None:
        self._introspection = introspection

    async def answer(
        self, services: Services, caller: Caller, query: str, variables: Mapping[str, Any] | None
    ) -> tuple[int, str]:
        """What the API answers to this caller: its status, and its body as people read it."""
        if SCOPE not in caller.scope:
            refused = InsufficientScope(f"the token lacks the scope {SCOPE}", scope=SCOPE)
            answer = refusal("", (), refused)
            return answer.status, _pretty(json.loads(answer.body))
        question = Question(query, dict(variables) if variables is not None else None)
        result = await run(GraphContext(caller, services, None, self._introspection), question)
        return result.status, _pretty(json.loads(msgspec.json.encode(result.members)))

    def least_scopes(self, query: str) -> frozenset[str] | None:
        """The fewest scopes with which nothing in the query is refused for want of one; None where it is no query."""
        document = self._document(query)
        return least_scopes(SCHEMA._schema, document) if document else None

    def fields(self) -> Sequence[tuple[str, str, str, str]]:
        """Every field at the root, and what there is of a camera: type, field, what it is, the scope that it needs."""
        found = []
        for name in ("Query", "Mutation", "Camera"):
            kind = SCHEMA._schema.type_map[name]
            assert isinstance(kind, GraphQLObjectType)
            for field, one in kind.fields.items():
                arguments = ", ".join(f"{argument}: {of.type}" for argument, of in one.args.items())
                form = f"{field}{f'({arguments})' if arguments else ''}: {one.type}"
                found.append((name, form, one.description or "", NEEDS.get(f"{name}.{field}", READ)))
        return found

    def _document(self, query: str) -> DocumentNode | None:
        try:
            return read(query, self._introspection)
        except (GraphQLError, RecursionError):
            return None


def _pretty(answer: Any) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=False)
