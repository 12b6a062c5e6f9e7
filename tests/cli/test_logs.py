"""Log lines hold no secret and can't be forged."""

import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
import structlog

from gatelodge import logs
from gatelodge.protocol.credentials import Kind
from gatelodge.service.minting import Mint

FORGED = "2026-01-01T00:00:00Z error   forged"
SECRETS = [Mint().secret(kind).text for kind in Kind]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave logging as pytest set it up."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    levels = {
        name: logging.getLogger(name).level for name in ("alembic", "asyncio", "uvicorn", "aiosqlite", "sqlalchemy")
    }
    yield
    logging.captureWarnings(False)
    root.handlers = handlers
    root.setLevel(level)
    for name, one in levels.items():
        logging.getLogger(name).setLevel(one)
    structlog.reset_defaults()


def _log_everything(secret: str) -> None:
    log = structlog.get_logger("ours")
    log.info(f"event {secret}", plain=secret, nested={"a": [secret, {secret: (secret,)}]}, raw=secret.encode())
    log.info("cut short", token=secret[:20], within=f"Bearer {secret},next")
    with structlog.contextvars.bound_contextvars(request=secret):
        logging.getLogger("theirs").warning("message %s %r", secret, {"key": secret})
    try:
        raise ValueError(secret) from KeyError(secret)
    except ValueError:
        log.exception("ours", token=secret)
        logging.getLogger("theirs").exception("theirs")
    logging.getLogger("theirs").warning("stack", stack_info=True)
    warnings.warn(f"careful with {secret}", stacklevel=1)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("secret", SECRETS, ids=list(Kind))
def test_no_secret_gets_into_a_line(secret: str, log_format: logs.Format, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug", log_format)
    _log_everything(secret)
    written = capsys.readouterr().err
    prefix = secret[:5]
    assert secret[5:16] not in written
    assert written.count(prefix) >= 14
    assert written.count(prefix) == written.count(f"{prefix}…") + written.count(f"{prefix}\\u2026")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1e", "\x85", "\u2028", "\u2029", "\n\x1b[2K"])
def test_no_input_begins_a_line(end: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "text")
    evil = f"x{end}{FORGED}"
    structlog.get_logger().info(evil, value=evil, listed=[evil], **{evil: 1})
    logging.getLogger("theirs").info("%s", evil)
    try:
        raise ValueError(evil)
    except ValueError:
        structlog.get_logger().exception("failed")
    lines = capsys.readouterr().err.splitlines()
    assert len([line for line in lines if not line.startswith("    ")]) == 3
    assert not [line for line in lines if line.startswith(FORGED)]
    assert all(character.isprintable() for line in lines for character in line)


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    structlog.get_logger("ours").warning(f"a\n{FORGED}\u2028", number=1, nothing=None, flag=True, thing=Kind)
    try:
        raise ValueError("b\nc")
    except ValueError:
        logging.getLogger("theirs").exception("failed")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert list(first)[:4] == ["timestamp", "level", "logger", "event"]
    assert (first["level"], first["logger"], first["event"]) == ("warning", "ours", f"a\n{FORGED}\u2028")
    assert (first["number"], first["nothing"], first["flag"], first["thing"]) == (1, None, True, "<enum 'Kind'>")
    assert second["exception"].endswith("ValueError: b\nc")


def test_text_says_what_and_with_which_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "text")
    structlog.get_logger().info("served", path="/a", words="a b", quoted='"', empty="", none=None)
    assert capsys.readouterr().err.partition(" ")[2] == (
        'info    served path=/a words="a b" quoted="\\"" empty="" none=null\n'
    )


def test_levels(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "text")
    structlog.get_logger("ours").debug("too little")
    logging.getLogger("uvicorn.error").info("each step of the server's")
    logging.getLogger("uvicorn.error").warning("one")
    logs.configure("debug", "text")
    structlog.get_logger("ours").debug("two")
    logging.getLogger("uvicorn.error").info("three")
    logging.getLogger("aiosqlite").debug("executing INSERT … with its values")
    logging.getLogger("sqlalchemy.engine").info("executing INSERT … with its values")
    assert [line.split()[-1] for line in capsys.readouterr().err.splitlines()] == ["one", "two", "three"]


def test_a_line_that_cannot_be_made_shows_none_of_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "text")
    logging.getLogger("theirs").info("%d", SECRETS[0])
    line = sys._getframe().f_lineno - 1
    assert capsys.readouterr().err == f"A log line from {__file__}:{line} could not be written.\n"
