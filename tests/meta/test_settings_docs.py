"""docs/configuration.md names every setting as config.py has it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_table_of_settings_is_current() -> None:
    script = [sys.executable, str(ROOT / "scripts" / "settings-docs"), "--check"]
    checked = subprocess.run(script, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
