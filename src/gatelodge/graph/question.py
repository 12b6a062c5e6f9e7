"""From a request's body to the question in it."""

from typing import Annotated, Any

import msgspec

JSON = "application/json"


class Question(msgspec.Struct, frozen=True, rename="camel"):
    """A GraphQL request (GraphQL over HTTP, Request Parameters). Members of other names are passed over."""

    query: Annotated[str, msgspec.Meta(min_length=1)]
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


class Unreadable(msgspec.Struct, frozen=True):
    """The body holds no question: a sentence that says why, and the status and code to answer with."""

    message: str
    status: int = 400
    code: str = "INVALID_REQUEST"


_DECODER = msgspec.json.Decoder(Question)

_WRONG_TYPE = Unreadable(f"The body must be {JSON}.", 415, "UNSUPPORTED_MEDIA_TYPE")
_BATCH = Unreadable("One request asks one question: a list of them is not served.")
_NO_JSON = Unreadable("The body is not JSON in UTF-8.")
_TOO_DEEP = Unreadable("The body is nested too deeply.")
_NO_QUESTION = Unreadable(
    "The body must be an object with query, a string that is not empty, and, if needed, variables, an "
    "object, and operationName, a string.",
)


def read_question(media_type: str, body: bytes) -> Question | Unreadable:
    """The question that a body of this media type asks."""
    return decode_question(body) if media_type == JSON else _WRONG_TYPE


def decode_question(body: bytes) -> Question | Unreadable:
    """The question in `body`, which should be a JSON object."""
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError:
        return _BATCH if body.lstrip().startswith(b"[") else _NO_QUESTION
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _NO_JSON
    except RecursionError:
        return _TOO_DEEP
