"""Rights, as they are written on the command line."""

from gatelodge.cli.out import Refused
from gatelodge.protocol.scope import Scope, parse_scope


def read_scope(text: str, option: str = "--scope") -> Scope:
    """The rights in `read,liveview`, which that option gave."""
    names = parse_scope(text)
    if names is None:
        raise Refused(f"{option}: This is no list of rights; write them like read,liveview.")
    return names
