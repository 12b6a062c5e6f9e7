"""Request parameters: query string and form body read as one set, each name at most once.

The contract shows parameters in the query of a POST, RFC 6749 §3.2 puts them into the body: both are
read, also together, as long as no name is there twice (RFC 6749 §3.1, §3.2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from urllib.parse import unquote_to_bytes

from gatelodge.protocol.errors import InvalidRequest
from gatelodge.protocol.values import value

MAX_FIELDS = 64
MAX_VALUE = 4096  # characters; the longest value that most flows need is a URL of 2,000
# Signed and structured values are longer.
LONG = {
    "token": 32_768,
    "access_token": 32_768,
    "subject_token": 32_768,
    "actor_token": 32_768,
    "request": 16_384,
    "authorization_details": 16_384,
    "claims": 8192,
    "client_assertion": 8192,
    "id_token_hint": 8192,
}
MULTIPLE = frozenset({"resource", "audience"})  # what may be there more than once (RFC 8707 §2, RFC 8693 §2.1)

_NO_NAMES: frozenset[str] = frozenset()


@value
class Parameters:
    """Names with one value each, but for those in MULTIPLE. What was sent wrongly is remembered by name, so that the
    caller can still find out where an error has to go."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)  # there are secrets among them
    repeated: frozenset[str] = _NO_NAMES
    malformed: frozenset[str] = _NO_NAMES  # not UTF-8, or too long
    in_query: frozenset[str] = _NO_NAMES
    too_many: bool = False

    def get(self, *names: str) -> str | None:
        """The value of the first of `names` that was sent; an empty value counts as not sent (RFC 6749 §3.1)."""
        for name in names:
            if value := self.values.get(name):
                return value
        return None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter that may be there more than once. They are kept in one text, with spaces between
        them: none of them can have one."""
        return tuple(self.values.get(name, "").split())

    def fault(self, *names: str) -> InvalidRequest | None:
        """What is wrong with the parameters called `names`, or, without names, with any of them."""
        if not (self.too_many or self.repeated or self.malformed):
            return None
        if self.too_many:
            return InvalidRequest("too many parameters")
        repeated = self.repeated & set(names) if names else self.repeated
        if repeated:
            return InvalidRequest(f"a parameter was sent more than once{_known(repeated)}")
        malformed = self.malformed & set(names) if names else self.malformed
        if malformed:
            return InvalidRequest(f"a parameter is too long or not UTF-8{_known(malformed)}")
        return None


_NAMEABLE = frozenset(
    {"access_token", "client_id", "client_secret", "code", "code_challenge", "code_challenge_method", "code_verifier"}
    | {"grant_type", "prompt", "redirect_uri", "redirect_url", "refresh_token", "response_type", "scope", "state"}
    | {"resource"}
    | {"client_assertion", "client_assertion_type", "token", "token_type_hint", "authorization_details"}
    | {"request", "request_uri", "response_mode", "dpop_jkt"}
)


_NAMES = {name.encode("ascii"): name for name in _NAMEABLE}  # these need no decoding


def long_value(name: str, value: str) -> bool:
    """Whether a value is longer than any that its parameter needs."""
    return len(value) > LONG.get(name, MAX_VALUE)


def _known(names: Iterable[str]) -> str:
    """The names that are ours, for an error text; a name that somebody made up is never repeated back."""
    ours = sorted(_NAMEABLE.intersection(names))
    return f": {', '.join(ours)}" if ours else ""


def read_parameters(query: bytes, body: bytes = b"") -> Parameters:
    """Read `application/x-www-form-urlencoded` bytes of a query string and of a body as one set."""
    values: dict[str, str] = {}
    repeated: set[str] = set()
    malformed: set[str] = set()
    too_many = False
    in_query = _NO_NAMES
    for source in (query, body):
        if not source:
            continue
        pieces = source.split(b"&", MAX_FIELDS)
        if len(pieces) > MAX_FIELDS:
            too_many = True
            del pieces[MAX_FIELDS:]
        for piece in pieces:
            if not piece:
                continue
            raw_name, _, raw_value = piece.partition(b"=")
            name = _NAMES.get(raw_name) or _decode(raw_name)
            if name is None:
                malformed.add("")
                continue
            if name in values and name not in MULTIPLE:
                repeated.add(name)
                continue
            value = _decode(raw_value)
            if value is not None and name in values:
                value = f"{values[name]} {value}"
            if value is None or (len(value) > MAX_VALUE and long_value(name, value)):
                malformed.add(name)
                value = ""
            values[name] = value
        if source is query:
            in_query = frozenset(values)
    return Parameters(values, frozenset(repeated), frozenset(malformed), in_query, too_many)


def _decode(raw: bytes) -> str | None:
    try:
        if b"%" in raw or b"+" in raw:
            raw = unquote_to_bytes(raw.replace(b"+", b" "))
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
