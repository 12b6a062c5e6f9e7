"""Running a question: what the client did wrong is told to the client, what we did wrong to the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from gatelodge.graph.answers import error
from gatelodge.graph.context import GraphContext
from gatelodge.graph.question import Question
from gatelodge.graph.refusals import NotAnswered
from gatelodge.graph.schema import SCHEMA
from gatelodge.service.ports import StoreUnavailable

INVALID_QUERY = "INVALID_QUERY"
INTERNAL = "INTERNAL"

_SERVED = (OperationType.QUERY, OperationType.MUTATION)

_log = structlog.get_logger("gatelodge.graph")


@dataclass(frozen=True, slots=True)
class Result:
    """A GraphQL response and the HTTP status that goes with it."""

    status: int
    members: dict[str, Any]


async def run(context: GraphContext, question: Question) -> Result:
    """Answer a question. One that can't be run (a request error, GraphQL §7.1) is a 400 without data; one
    that ran is a 200, with what went wrong on the way beside its data. Raises StoreUnavailable."""
    try:
        done = await SCHEMA.execute(
            question.query,
            question.variables,
            context_value=context,
            operation_name=question.operation_name,
            allowed_operation_types=_SERVED,
        )
    except CannotGetOperationTypeError:
        return _refused("The query has no operation, or none of the name in operationName.")
    except InvalidOperationTypeError:
        return _refused("Only queries and mutations are served.")
    if not done.errors:
        return Result(200, {"data": done.data})
    errors = [_told(one) for one in done.errors]
    if done.data is None and all(one.path is None for one in done.errors):
        ours = any(one["extensions"]["code"] == INTERNAL for one in errors)
        return Result(500 if ours else 400, {"errors": errors})
    return Result(200, {"errors": errors, "data": done.data})


def _refused(message: str) -> Result:
    return Result(400, {"errors": [error(INVALID_QUERY, message)]})


def _told(fault: GraphQLError) -> dict[str, Any]:
    """What the client is told of an error. Raises StoreUnavailable where that is behind it."""
    cause = _cause(fault)
    if isinstance(cause, StoreUnavailable):
        raise cause
    before_running = fault.path is None
    if isinstance(cause, NotAnswered):
        entry = error(cause.code, cause.message, **cause.extensions)
    elif before_running and cause is fault:
        entry = error(INVALID_QUERY, fault.message)
    elif before_running and isinstance(cause, RecursionError):
        entry = error(INVALID_QUERY, "The query is nested too deeply.")
    else:
        _log.error("resolver failed", path=_dotted(fault.path), exc_info=cause)
        entry = error(INTERNAL, "internal error")
    if fault.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in fault.locations]
    if fault.path is not None:
        entry["path"] = fault.path
    return entry


def _cause(fault: GraphQLError) -> Exception:
    """The exception behind an error; the error itself where GraphQL found the fault."""
    cause = fault.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause or fault


def _dotted(path: Sequence[str | int] | None) -> str:
    return ".".join(str(part) for part in path or ())
