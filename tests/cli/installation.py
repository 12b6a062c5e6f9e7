"""An installation to give commands to: real processes, a real database in a folder of the test's own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.server import environment


class Ended(NamedTuple):
    """What came of a command."""

    returncode: int
    stdout: str
    stderr: str


class Commands:
    """Runs commands by way of forker.py."""

    def __init__(self) -> None:
        self._forker = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("forker.py")],
            env=environment(Path("unused")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words: tuple[str, ...], environment: Mapping[str, str], given: str) -> Ended:
        """Run one to its end."""
        assert self._forker.stdin
        assert self._forker.stdout
        with tempfile.TemporaryDirectory() as folder:
            files = {name: Path(folder, name) for name in ("stdin", "stdout", "stderr")}
            for path in files.values():
                path.write_text(given if path.name == "stdin" else "", "utf-8")
            order = {"words": words, "environment": environment} | {name: str(path) for name, path in files.items()}
            self._forker.stdin.write(json.dumps(order) + "\n")
            self._forker.stdin.flush()
            status = int(self._forker.stdout.readline())
            return Ended(status, files["stdout"].read_text("utf-8"), files["stderr"].read_text("utf-8"))

    def close(self) -> None:
        """End the process that forks."""
        self._forker.communicate(timeout=30)


@dataclass(frozen=True)
class Installation:
    """What is in `folder`: master.key, gatelodge.db and, where there is demo data, demo.json."""

    folder: Path
    commands: Commands = field(repr=False)

    def run(self, *words: str, given: str = "", settings: Mapping[str, str] | None = None) -> Ended:
        """Run a command to its end; `given` is its standard input."""
        return self.commands.run(words, environment(self.folder, settings), given)

    def done(self, *words: str, given: str = "", settings: Mapping[str, str] | None = None) -> str:
        """What a command that must succeed prints."""
        ended = self.run(*words, given=given, settings=settings)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def json(self, *words: str, given: str = "", settings: Mapping[str, str] | None = None) -> Any:
        """What a command that must succeed prints with --json."""
        return json.loads(self.done(*words, "--json", given=given, settings=settings))

    def refused(self, *words: str, given: str = "", settings: Mapping[str, str] | None = None) -> str:
        """The sentences of a command that must be refused: exit status 1, nothing on stdout, no traceback."""
        ended = self.run(*words, given=given, settings=settings)
        assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stderr

    def usage(self, *words: str) -> str:
        """What is said of a command line that must be wrong: exit status 2. Without the frame that Typer draws."""
        ended = self.run(*words)
        assert (ended.returncode, ended.stdout) == (2, ""), ended.stderr
        return " ".join(ended.stderr.translate({ord(c): " " for c in "╭─╮│╰╯"}).split())
