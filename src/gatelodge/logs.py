"""Log lines, to stderr: text for a person or JSON for a machine. None holds a secret, and no input makes two of one.

Everything that is logged comes through here: our own events (structlog) and what libraries log (logging, warnings).
"""

import asyncio
import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["text", "json"]

WRITE_EVERY = 0.1  # seconds
_SECRET = re.compile(r"(gl[a-z]{2}_)[0-9A-Za-z_]+")  # the shape of protocol/credentials.py, also where it is cut short
_PLAIN = re.compile(r"[^\s\"=]+")
_FIRST = ("timestamp", "level", "logger", "event")
_BELOW = ("stack", "exception")

# What these say about each step of theirs is of no use to an operator; at level debug it may be to a developer.
_TALKATIVE = ("alembic", "asyncio", "uvicorn")
# What these say below a warning holds the values of SQL statements, and so digests and password hashes, or of queries.
_INDISCREET = ("aiosqlite", "httpcore2", "httpx2", "sqlalchemy")


request_id: ContextVar[str] = ContextVar("request_id")  # of the request that is being handled


def configure(level: Level, format: Format) -> None:
    """Send every log line of this process to stderr, from `level` on, as "text" or "json". May be called again."""
    before: list[Processor] = [
        _name_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _Handler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                redact,
                as_json if format == "json" else as_text,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING if level == "info" else logging.NOTSET)
    for name in _INDISCREET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):  # a handler of uvicorn's own would write past us
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


def _name_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if (name := request_id.get("")) != "":
        event["request"] = name
    return event


class AccessLog:
    """One line for each request: method, path, status, time. Never a query, body or header: secrets travel there.

    At thousands of requests a second a line through all of the above would cost more than the request, so these are put
    together by hand, and written some at a time."""

    def __init__(self, level: Level, format: Format) -> None:
        self._wanted = level in ("debug", "info")
        self._json = format == "json"
        self._what = _as_json if self._json else _as_text
        self._lines: list[str] = []

    def note(self, method: str, path: bytes, host: str, status: int, seconds: float) -> None:
        """Have a line written within a tenth of a second. `path` as it was sent, percent-encoded."""
        if not self._wanted:
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(WRITE_EVERY, self.flush)
        # By whole numbers: to round a fraction and to write it takes as long as all the rest.
        now, tenths = int(time.time() * 1000), int(seconds * 10_000 + 0.5)
        at = f"{_second(now // 1000)}.{now % 1000:03d}Z"
        what, ms, request = self._what(method, path, host, status), f"{tenths // 10}.{tenths % 10}", request_id.get("")
        if self._json:
            self._lines.append(f'{{"timestamp": "{at}", {what}, "ms": {ms}, "request": "{request}"}}')
        else:
            self._lines.append(f"{at} info    request {what} ms={ms} request={request}")

    def flush(self) -> None:
        """Write what is waiting."""
        lines, self._lines = self._lines, []
        if lines:
            sys.stderr.write("\n".join([*lines, ""]))
            sys.stderr.flush()


@lru_cache(maxsize=2)
def _second(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))


@lru_cache(maxsize=256)
def _as_text(method: str, path: bytes, host: str, status: int) -> str:
    place = _without_secrets(path.decode("latin-1"))
    return f"method={_field(method)} path={_field(place)} host={host} status={status}"


@lru_cache(maxsize=256)
def _as_json(method: str, path: bytes, host: str, status: int) -> str:
    place = _without_secrets(path.decode("latin-1"))
    head = {"level": "info", "logger": "gatelodge.access", "event": "request"}
    return json.dumps(head | {"method": method, "path": place, "host": host, "status": status})[1:-1]


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave of each secret, wherever in the event it is, the prefix that says what it was: `glat_…`."""
    return {_without_secrets(name): _value(value) for name, value in event.items()}


def _without_secrets(text: str) -> str:
    return _SECRET.sub(r"\1…", text) if "gl" in text else text


def _value(value: Any) -> Any:
    """The value as JSON can hold it, without secrets."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _without_secrets(value)
    if isinstance(value, Mapping):
        return {_without_secrets(str(name)): _value(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(one) for one in value]
    return _without_secrets(repr(value))


def as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """The event as one line of JSON, in which every character that could end a line is written as an escape."""
    return json.dumps({name: event[name] for name in (*_FIRST, *event) if name in event})


def as_text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """The event as a line: time, level, what happened, name=value. A traceback follows, each of its lines indented."""
    fields = [f" {escape(name)}={_field(value)}" for name, value in event.items() if name not in _FIRST + _BELOW]
    line = f"{event['timestamp']} {event['level']:<7} {escape(str(event['event']).rstrip())}{''.join(fields)}"
    below = [text for name in _BELOW for text in str(event.get(name, "")).split("\n") if text]
    return "\n    ".join([line, *map(escape, below)])


def escape(text: str) -> str:
    """The text with every character that isn't to be seen (control characters, line ends) written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _field(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return escape(text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False))


class _Handler(logging.StreamHandler[Any]):
    """Writes lines. One that can't be made is told of without its arguments, which nobody has looked through."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name for it)
        sys.stderr.write(f"A log line from {record.pathname}:{record.lineno} could not be written.\n")
