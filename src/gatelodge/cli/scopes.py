"""Rights, as they are written on the command line."""

from gatelodge.cli.out import Refused
from gatelodge.protocol.scope import Scope, parse_scope


def read_scope(text: str) -> Scope:
    """The rights in `read,liveview`."""
    names = parse_scope(text)
    if names is None:
        raise Refused("--scope: This is no list of rights; write them like read,liveview.")
    return names
