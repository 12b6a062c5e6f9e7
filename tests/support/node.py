"""A client that runs on Node.js, and the person who does what it asks of its user."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parents[1] / "clients_js"
TIMEOUT = 60.0  # seconds
MISSING = f"The clients for Node.js are not installed in {CLIENTS}: run scripts/node-clients."


class Failed(AssertionError):
    """The client gave up; `said` is what its library said of it."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        super().__init__(json.dumps(said, indent=1))
        self.said = said


def run_client(program: str, task: Mapping[str, Any], do: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Run a program of tests/clients_js on a task. Whenever it asks for something (`{"open": url}`), `do` does it and
    says what came of it. What the program found out."""
    assert (CLIENTS / "node_modules").is_dir(), MISSING
    node = subprocess.Popen(
        ["node", "--no-warnings", str(CLIENTS / f"{program}.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
    )
    assert node.stdin is not None
    assert node.stdout is not None
    try:
        answer: dict[str, Any] = dict(task)
        while True:
            node.stdin.write(json.dumps(answer) + "\n")
            node.stdin.flush()
            line = node.stdout.readline()
            assert line, f"{program} ended without a word"
            message = json.loads(line)
            if "failed" in message:
                raise Failed(message["failed"])
            if "done" in message:
                done: dict[str, Any] = message["done"]
                return done
            answer = do(message)
    finally:
        node.stdin.close()
        node.stdout.close()
        try:
            node.wait(TIMEOUT)
        finally:
            node.kill()
