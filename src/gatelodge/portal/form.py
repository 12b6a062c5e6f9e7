"""A form that a person sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request

from gatelodge.web.parameters import FORM

MAX_FIELDS = 3000  # more than fit into a body with a tick for each right on each of many cameras


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form; one that wasn't sent reads as empty."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The field's value, with line ends as Python has them."""
        values = self.fields.get(name)
        return values[-1].replace("\r\n", "\n") if values else ""

    def all(self, name: str) -> Sequence[str]:
        """Every value of a field that can be chosen several times."""
        return self.fields.get(name, ())


async def read_form(request: Request) -> Form | None:
    """The form in the request's body; None where the body is none that a form of ours sends."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        text = (await request.body()).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return Form(fields)
