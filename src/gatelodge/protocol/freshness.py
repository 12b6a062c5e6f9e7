"""How long what another server answered may be kept, by the headers that came with it (RFC 9111 §4.2.1)."""

import re
from collections.abc import Mapping

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,10})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[\s,])(?:no-store|no-cache)(?:$|[\s,=])", re.IGNORECASE)


def fresh_for(headers: Mapping[str, str], *, shortest: int, usual: int, longest: int) -> int:
    """Seconds, between `shortest` and `longest`; `usual` where the headers say nothing. Their names in lower case."""
    control = headers.get("cache-control", "")
    if _NOT_KEPT.search(control):
        return shortest
    said = _MAX_AGE.search(control)
    if said is None:
        return usual
    age = headers.get("age", "")
    passed = int(age) if re.fullmatch(r"[0-9]{1,10}", age) else 0
    return max(shortest, min(longest, int(said[1]) - passed))
