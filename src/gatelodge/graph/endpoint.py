"""`/api/graphql`: bearer authentication, then the question, then the answer (GraphQL over HTTP; contract)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, request_response

from gatelodge.graph.answers import answer, fault, refusal
from gatelodge.graph.context import GraphContext
from gatelodge.graph.execution import run
from gatelodge.graph.question import Unreadable, read_question
from gatelodge.service.bearer import Caller
from gatelodge.web.context import provider_of, services_of
from gatelodge.web.routes import OPEN_TO_BROWSERS

PATHS = ("/api/graphql", "/api/graphql.php")  # the second is the one that existing integrations call
SCOPE = "read"  # without it there is nothing that a token could see


async def graph(request: Request) -> Response:
    """Answer one question for whoever the token names."""
    if request.method != "POST":
        return fault(request, 405, "METHOD_NOT_ALLOWED", "Ask with POST.", {"Allow": "POST"})
    provider, services = provider_of(request), services_of(request)
    caller = await services.bearer.authenticate(provider, request.headers.getlist("authorization"), scope=SCOPE)
    if not isinstance(caller, Caller):
        return refusal(request, provider.origin, caller)
    question = await read_question(request)
    if isinstance(question, Unreadable):
        return fault(request, question.status, question.code, question.message)
    result = await run(GraphContext(caller, services, question.operation_name), question)
    return answer(request, result.members, result.status)


def graph_routes() -> list[BaseRoute]:
    """Each path with and without a trailing slash, open to scripts on any page. The routes keep no method
    out: a browser's preflight must get through, and a wrong method is told which one is right."""
    middleware, args, kwargs = OPEN_TO_BROWSERS
    app = middleware(request_response(graph), *args, **kwargs)
    return [Route(f"{path}{slash}", app, name="graph") for path in PATHS for slash in ("", "/")]
