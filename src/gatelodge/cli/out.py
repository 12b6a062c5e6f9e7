"""What a command says: results to stdout, remarks to stderr, refusals as sentences and exit status 1."""

import json as json_module
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import typer

from gatelodge.service.refusals import Faults

REFUSED = 1


class Refused(Exception):
    """The command can't be done; each argument is a sentence that says why or what to do instead."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to say, a sentence a fault."""
        return tuple(str(one) for one in self.args)


@contextmanager
def refusals() -> Iterator[None]:
    """Say what was refused, and exit 1."""
    try:
        yield
    except Refused as refused:
        for sentence in refused.sentences:
            remark(sentence)
        raise typer.Exit(REFUSED) from None


def faulty(faults: Faults, options: Mapping[str, str] | None = None) -> Refused:
    """What a use case found wrong, by the option that gave it. A field's option has its name, or is in `options`."""
    sentences = []
    for field, text in faults.fields.items():
        option = (options or {}).get(field, f"--{field}")
        sentences += [f"{option}: {line}" if field else line for line in text.splitlines()]
    return Refused(*sentences)


def json(value: Any) -> None:
    """Print a result for a program. ASCII alone, so that it is the same JSON whatever the terminal's encoding."""
    typer.echo(json_module.dumps(value, indent=2))


def line(text: str) -> None:
    """Print a result for a person that is one sentence."""
    typer.echo(text)


def fields(values: Mapping[str, object]) -> None:
    """Print a result for a person: name and value, a line each."""
    width = max(map(len, values))
    for name, value in values.items():
        typer.echo(f"{name:<{width}}  {_cell(value)}")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a list for a person. Where no person sits in front of it, no line is cut or folded."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        grid.add_column(Text(heading), overflow="fold")
    for row in rows:
        grid.add_row(*(value if isinstance(value, Text) else Text(_cell(value)) for value in row))
    wide = None if sys.stdout.isatty() else max(200, 4 * sum(_width(column.cells) for column in grid.columns))
    Console(width=wide, highlight=False).print(grid)


def remark(text: str) -> None:
    """Say something that is not the result."""
    typer.echo(text, err=True)


def moment(at: int | None, *, none: str = "never") -> str:
    """UTC epoch seconds, as a person reads them."""
    return none if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def iso(at: int | None) -> str | None:
    """UTC epoch seconds, as a program reads them (RFC 3339)."""
    return None if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return "" if value is None else " ".join(str(value).split())


def _width(cells: Iterable[object]) -> int:
    return max((len(str(cell)) for cell in cells), default=0) + 3
