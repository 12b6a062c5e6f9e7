"""`/api/graphql`: bearer authentication, then the question, then the answer (GraphQL over HTTP; contract)."""

from graphql import GraphQLError

from gatelodge.graph.answers import answer, fault, refusal
from gatelodge.graph.context import GraphContext
from gatelodge.graph.execution import INTERNAL, run
from gatelodge.graph.limits import read
from gatelodge.graph.needs import least_scopes
from gatelodge.graph.question import Question, Unreadable, read_question
from gatelodge.graph.schema import SCHEMA
from gatelodge.service.bearer import Caller
from gatelodge.web.answers import RETRY_AFTER, challenge_headers
from gatelodge.web.direct import POST, Answer, Call, Endpoint, Headers

PATHS = ("/api/graphql", "/api/graphql.php")  # the second is the one that existing integrations call
SCOPE = "read"  # without it there is nothing that a token could see

_REFUSALS: dict[int, tuple[str, str, Headers]] = {
    405: ("METHOD_NOT_ALLOWED", "Ask with POST.", ((b"allow", b"POST"),)),
    413: ("TOO_LARGE", "The body is too long.", ()),
    500: (INTERNAL, "internal error", ()),
    503: (
        "TEMPORARILY_UNAVAILABLE",
        "The service can't reach its data just now. Try again in a moment.",
        ((b"retry-after", str(RETRY_AFTER).encode("ascii")),),
    ),
}


class GraphEndpoint:
    """The Graph API."""

    methods = POST
    open_to_browsers = True

    def __init__(self, *, introspection: bool = True) -> None:
        self._introspection = introspection

    async def answer(self, call: Call) -> Answer:
        """Answer one question for whoever the token names."""
        accept, provider = call.head.last(b"accept").decode("latin-1"), call.provider
        tokens = call.head.all(b"authorization")
        caller = await call.services.bearer.authenticate(provider, tokens, scope=SCOPE, shown=call.shown)
        if not isinstance(caller, Caller):
            return refusal(accept, challenge_headers(call, caller), caller)
        question = read_question(call.media_type, call.body)
        if isinstance(question, Unreadable):
            return fault(accept, question.status, question.code, question.message)
        if provider.policy.step_up_max_age:
            unmet = call.services.bearer.stepped_up(caller, self._needed(question))
            if unmet is not None:
                return refusal(accept, challenge_headers(call, unmet), unmet)
        result = await run(GraphContext(caller, call.services, question.operation_name, self._introspection), question)
        return answer(accept, result.members, result.status)

    def _needed(self, question: Question) -> frozenset[str]:
        """The rights that a question needs; none of one that can't be run."""
        try:
            return least_scopes(SCHEMA._schema, read(question.query, self._introspection))
        except (GraphQLError, RecursionError):
            return frozenset()

    def refuse(self, status: int) -> Answer:
        """Answer what is no question at all, or none that could be answered."""
        code, message, headers = _REFUSALS[status]
        return fault("", status, code, message, headers)


def graph_endpoints(*, introspection: bool = True) -> dict[str, Endpoint]:
    """Each path with and without a trailing slash. `introspection`: whether the schema may be asked for."""
    endpoint = GraphEndpoint(introspection=introspection)
    return {f"{path}{slash}": endpoint for path in PATHS for slash in ("", "/")}
