"""docs/cli.md says what the commands are."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_reference_is_current() -> None:
    script = ROOT / "scripts" / "cli-docs"
    check = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr


def test_every_command_that_prints_json_says_what() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    told = page.partition("## What --json prints")[2].partition("\n## ")[0]
    for words in re.findall(r"^### gatelodge (.+)$", page, re.MULTILINE):
        noun, _, verb = words.partition(" ")
        if noun != "serve":
            assert re.search(rf"`{words}`|`{noun} [a-z-]+`[^|]*`{verb}`", told), words
