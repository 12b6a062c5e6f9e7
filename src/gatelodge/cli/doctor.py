"""gatelodge doctor: what an installation stands on, looked at without changing any of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gatelodge.cli import checks, out
from gatelodge.cli.checks import Finding, Status
from gatelodge.cli.database import is_sqlite, shown
from gatelodge.cli.running import DatabaseOption, DataDirOption, JsonOption, quiet_logs, run, settings_of
from gatelodge.identity.provider import Provider
from gatelodge.service.keys import FILE_NAME as KEY_FILE

if TYPE_CHECKING:
    from gatelodge.config import Settings
    from gatelodge.service.services import Services

SCHEMA_REMEDY = "Where its schema is old: gatelodge migrate."
FILE_REMEDY = "Where it is damaged: restore it from a backup."
SERVER_REMEDY = (
    "Where it can't be reached: see that PostgreSQL runs there, lets this computer in, and has the user and the "
    "database that GATELODGE_DATABASE names."
)
MARKS = {Status.OK: ("✓", "green"), Status.WARNING: ("!", "yellow"), Status.FAILED: ("✗", "red")}


def doctor(as_json: JsonOption = False, database: DatabaseOption = None, data_dir: DataDirOption = None) -> None:
    """Check the installation and say what to mend. Changes nothing; exits 1 where something fails."""
    findings = list(_examine(database, data_dir))
    failed = any(one.status is Status.FAILED for one in findings)
    if as_json:
        out.json({"ok": not failed, "findings": [asdict(one) for one in findings]})
    else:
        _print(findings)
    if failed:
        raise typer.Exit(out.REFUSED)


def _examine(database: str | None, data_dir: Path | None) -> Iterator[Finding]:
    yield checks.check_python()
    try:
        settings = settings_of(database=database, data_dir=data_dir)
    except out.Refused as refused:
        for sentence in refused.sentences:
            yield Finding("settings", Status.FAILED, sentence, "Correct it where it is set.")
        return
    yield Finding("settings", Status.OK, "Every setting can be read.")
    quiet_logs(settings)
    key = checks.check_key(settings.data_dir / KEY_FILE)
    yield from (checks.check_folder(settings.data_dir), key)
    file = Path(shown(settings.database_url)) if is_sqlite(settings.database_url) else None
    if file is not None:
        yield checks.check_space(file.parent)
    if file is not None and not file.exists():
        remedy = "GATELODGE_DATABASE names it; gatelodge migrate makes it."
        yield Finding("database", Status.FAILED, f"There is no {file}.", remedy)
    elif key.status is Status.OK:  # without a key one would be made
        yield from _database(settings)


def _database(settings: "Settings") -> Iterator[Finding]:
    providers: list[Provider] = []

    async def look(services: "Services") -> None:
        providers.extend(await services.providers.all())

    try:
        run(settings, look, migrate=False)
    except out.Refused as refused:
        for sentence in refused.sentences:
            remedy = FILE_REMEDY if is_sqlite(settings.database_url) else SERVER_REMEDY
            yield Finding("database", Status.FAILED, sentence, f"{SCHEMA_REMEDY} {remedy}")
        return
    found = f"{shown(settings.database_url)} can be used, and its schema is current."
    yield Finding("database", Status.OK, found)
    yield from checks.check_providers(providers)
    yield from checks.check_proxies(providers, settings.host, settings.trusted_proxies)


def _print(findings: Sequence[Finding]) -> None:
    from rich.text import Text

    rows = [(Text(*MARKS[one.status]), one.check, one.finding, one.remedy) for one in findings]
    out.table(("", "check", "found", "what to do"), rows)
