"""How a token arrives: in the `Authorization` header, and nowhere else (RFC 6750 §2.1)."""

import re
from collections.abc import Collection, Sequence

from gatelodge.guard.refusal import INVALID, MISSING, SEVERAL, Refusal

LONGEST = 16_384  # characters: a JWT with many limits is some thousands
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # b64token, RFC 6750 §2.1


def read_token(authorization: Sequence[str], schemes: Collection[str]) -> tuple[str, str] | Refusal:
    """Scheme, in lower case, and token of the one `Authorization` header, by one of `schemes`.

    Refused: no such header, or one of another scheme
    (MISSING); several, which some servers join with commas (SEVERAL); what can't be a token (INVALID)."""
    if not authorization:
        return MISSING
    if len(authorization) > 1:
        return SEVERAL
    scheme, _, rest = authorization[0].strip(" \t").partition(" ")
    token = rest.strip(" ")
    if scheme.lower() not in schemes:
        return SEVERAL if "," in authorization[0] and "bearer " in authorization[0].lower() else MISSING
    if not token or "," in token:
        return SEVERAL
    return (scheme.lower(), token) if len(token) <= LONGEST and _TOKEN.fullmatch(token) else INVALID
