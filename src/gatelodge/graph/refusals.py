"""Fields that are not answered: null in the data, and an error that says why. The rest of the query is answered."""

from typing import Any, TypeVar

from gatelodge.graph.context import GraphInfo
from gatelodge.graph.needs import NEEDS
from gatelodge.service.cameras import Refusal, Unreachable
from gatelodge.service.refusals import Faults, NotFound
from gatelodge.service.resources import Lacking, Seen, lacking

T = TypeVar("T")

FORBIDDEN = "FORBIDDEN"
NOT_FOUND = "NOT_FOUND"
INVALID_ARGUMENT = "INVALID_ARGUMENT"
DEVICE_UNAVAILABLE = "DEVICE_UNAVAILABLE"
CAMERA_NOT_FOUND = "There is no such camera, or none that you can see."


class NotAnswered(Exception):
    """A field that is not answered. GraphQL wants it raised: only so is the field null and the rest answered."""

    def __init__(self, code: str, message: str, **extensions: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.extensions = extensions


def field_of(info: GraphInfo) -> str:
    """The field that is being answered, with the type that it is of: `Camera.live`."""
    return f"{info.path.typename}.{info.field_name}"


def refusal(info: GraphInfo, why: Refusal, *, not_found: str = CAMERA_NOT_FOUND) -> NotAnswered:
    """What a use case refused, as the client is told."""
    if isinstance(why, Lacking):
        return forbidden(info, why)
    if isinstance(why, NotFound):
        return NotAnswered(NOT_FOUND, not_found, field=field_of(info))
    if isinstance(why, Unreachable):
        return NotAnswered(DEVICE_UNAVAILABLE, why.reason, field=field_of(info))
    return invalid(info, why)


def invalid(info: GraphInfo, faults: Faults) -> NotAnswered:
    """Arguments that can't be."""
    named = {_camel(name): text for name, text in faults.fields.items() if name}
    message = " ".join(faults.fields.values())
    return NotAnswered(INVALID_ARGUMENT, message, field=field_of(info), **({"arguments": named} if named else {}))


def forbidden(info: GraphInfo, why: Lacking) -> NotAnswered:
    """A right that the caller lacks: which, and who lacks it, the token or its user."""
    whose = "The token's user may" if why.whose == "user" else "This token may"
    return NotAnswered(
        FORBIDDEN,
        f"{whose} not do this: it needs {why.right}.",
        field=field_of(info),
        missing=why.right,
        lacking=why.whose,
        takenBy=sorted(taker.value for taker in why.takers),
    )


def demand(info: GraphInfo, seen: Seen) -> None:
    """See that the caller may have this field of a camera. Raises NotAnswered."""
    right = NEEDS[field_of(info)]
    if right in seen.rights:
        return
    why = lacking(info.context.caller, seen.holding, right)
    assert why is not None
    raise forbidden(info, why)


def answered(info: GraphInfo, found: T | Refusal, *, not_found: str = CAMERA_NOT_FOUND) -> T:
    """What was found. Raises NotAnswered where it was refused."""
    if isinstance(found, Lacking | NotFound | Faults | Unreachable):
        raise refusal(info, found, not_found=not_found)
    return found


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
