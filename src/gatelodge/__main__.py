"""python -m gatelodge."""

from gatelodge.cli import main

main()
