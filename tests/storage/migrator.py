"""Run by test_migrations.py in a process of its own: for each line that it hears, migrates a file and says to what."""

import sys

from gatelodge.storage import migrations
from gatelodge.storage.database import read_url


def main() -> None:
    """Run as a process; the files are the arguments."""
    print("ready", flush=True)
    for file in sys.argv[1:]:
        sys.stdin.readline()
        url = read_url(f"sqlite:///{file}")
        migrations.migrate(url)
        print(migrations.current(url), flush=True)


if __name__ == "__main__":
    main()
