"""</> API, Explorer: write a query, run it as oneself with rights of one's choice, see the answer and what it needs."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol

from starlette.responses import Response

from gatelodge.identity.rights import ALL_RIGHTS, CATALOGUE, in_order
from gatelodge.portal.api import HOME
from gatelodge.portal.explorer_models import Answered, ExplorerPage, FieldDoc, Ready
from gatelodge.portal.explorer_queries import QUERIES
from gatelodge.portal.graph_example import curl_of, python_of
from gatelodge.portal.visit import Visit
from gatelodge.protocol.credentials import public_id
from gatelodge.service.bearer import Caller
from gatelodge.service.services import Services

EXPLORER = f"{HOME}/explorer"
MOST = 20_000  # characters of a query, and of its variables

HEADINGS = {"Query": "Queries", "Mutation": "Mutations", "Camera": "Of a camera"}


class Graph(Protocol):
    """The Graph API, from within."""

    async def answer(
        self, services: Services, caller: Caller, query: str, variables: Mapping[str, Any] | None
    ) -> tuple[int, str]:
        """What it answers to this caller: status and body."""

    def least_scopes(self, query: str) -> frozenset[str] | None:
        """The fewest scopes that the query needs; None where it is no query."""

    def fields(self) -> Sequence[tuple[str, str, str, str]]:
        """What can be asked: type, field, what it is, the scope that it needs."""


class Explorer:
    """The page's handlers."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        fields = [(HEADINGS[kind], FieldDoc(form, text, needs)) for kind, form, text, needs in graph.fields()]
        self._docs = tuple(
            (heading, tuple(doc for _, doc in group)) for heading, group in groupby(fields, key=lambda one: one[0])
        )

    async def show(self, visit: Visit) -> Response:
        """GET /api-access/explorer"""
        name = visit.request.query_params.get("example", "")
        chosen = name if name in QUERIES else "cameras"
        query = QUERIES[chosen][1]
        variables = ""
        if "$camera" in query:
            cameras = await visit.services.resources.of(_caller(visit, ALL_RIGHTS))
            variables = json.dumps({"camera": public_id(cameras[0].resource_id) if cameras else ""}, indent=2)
        return visit.page(self._page(visit, query, variables, self._graph.least_scopes(query) or ALL_RIGHTS, chosen))

    async def run(self, visit: Visit) -> Response:
        """POST /api-access/explorer"""
        query, variables = visit.form.get("query"), visit.form.get("variables")
        scopes = frozenset(visit.form.all("scope")) & ALL_RIGHTS
        if visit.form.get("do") == "least":
            return visit.page(self._page(visit, query, variables, self._graph.least_scopes(query) or scopes))
        faults = {}
        read = _variables(variables)
        if not query.strip():
            faults["query"] = "Write a query, or begin with one of the examples."
        elif len(query) > MOST:
            faults["query"] = f"Use at most {MOST} characters."
        if isinstance(read, str):
            faults["variables"] = read
        if faults or isinstance(read, str):
            return visit.page(self._page(visit, query, variables, scopes, faults=faults), status=422)
        status, text = await self._graph.answer(visit.services, _caller(visit, scopes), query, read)
        origin = visit.provider.origin
        answered = Answered(
            status,
            text,
            len(json.loads(text).get("errors", ())),
            curl_of(origin, query, read),
            python_of(origin, query, read),
        )
        return visit.page(self._page(visit, query, variables, scopes, answered=answered))

    def _page(
        self,
        visit: Visit,
        query: str,
        variables: str,
        scopes: frozenset[str],
        example: str = "",
        *,
        answered: Answered | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> ExplorerPage:
        least = self._graph.least_scopes(query)
        return ExplorerPage(
            action=EXPLORER,
            ready=tuple(
                Ready(name, label, f"{EXPLORER}?example={name}", chosen=name == example)
                for name, (label, _) in QUERIES.items()
            ),
            rights=CATALOGUE,
            query=query,
            variables=variables,
            scopes=scopes,
            least=None if least is None else in_order(least),
            enough=least == scopes,
            answered=answered,
            docs=self._docs,
            faults=faults or {},
        )


def _caller(visit: Visit, scopes: frozenset[str]) -> Caller:
    """The user, as with a token of these scopes."""
    return Caller(visit.provider, visit.user, scopes, None)


def _variables(text: str) -> Mapping[str, Any] | str | None:
    """The variables, or what is wrong with them, as a sentence."""
    if not text.strip():
        return None
    try:
        found = json.loads(text) if len(text) <= MOST else None
    except (ValueError, RecursionError):
        return 'This is not JSON. Write it as {"camera": "…"}, or leave it empty.'
    return found if isinstance(found, dict) else 'Variables are a JSON object, such as {"camera": "…"}.'
