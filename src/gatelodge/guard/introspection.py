"""Tokens verified by asking the authorization server (RFC 7662), with answers kept for a stated, short time."""

import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import Future
from urllib.parse import quote_plus, urlencode

from gatelodge.guard.access import Access, has_begun, is_for, read_access
from gatelodge.guard.address import checked
from gatelodge.guard.clock import Clock
from gatelodge.guard.endpoint import Endpoint, Unreachable
from gatelodge.guard.kept import Digests, Kept
from gatelodge.guard.reachable import Reachable
from gatelodge.guard.refusal import INVALID, UNAVAILABLE, Refusal
from gatelodge.guard.verifier import Verdict
from gatelodge.guard.workers import Workers

PATH = "/oauth2/introspect"
LONGEST_KEPT = 300.0  # seconds


class Introspection:
    """Asks the authorization server at `issuer` as the resource server `client_id`.

    A good answer is kept for `cache_for` seconds from the moment of asking, so a token that is revoked is let in that
    much longer at most; a bad one for `negative_for`, never longer than a good one. `exp` holds before either. Calls
    that bring the same token at the same time share one question. With `cache_for=0` every call asks for itself, and
    a revoked token is refused with the next one.

    Where the server can't be asked within `timeout` seconds, or its answer can't be read, the verdict is a refusal with
    status 503, and nothing is kept. Refused as well: a token that is no access token; one of another issuer; and with
    `audience`, one that is meant for somebody else.

    `endpoint` is where to ask, if not at the issuer's /oauth2/introspect. Plain http is refused except to this computer
    or with `plain_http=True`. Raises ValueError where an argument can't be right.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        endpoint: str | None = None,
        audience: str | None = None,
        cache_for: float = 10.0,
        negative_for: float = 2.0,
        size: int = 10_000,
        timeout: float = 5.0,
        tls: ssl.SSLContext | None = None,
        plain_http: bool = False,
        clock: Clock | None = None,
    ) -> None:
        if checked(issuer, "issuer", plain_http=plain_http).path == "/":
            raise ValueError("issuer must be as the provider itself writes it: without a slash at the end")
        if not client_id or not client_secret:
            raise ValueError("client_id and client_secret are needed: make an application with --resource-server")
        if not 0 <= cache_for <= LONGEST_KEPT or negative_for < 0:
            raise ValueError(f"cache_for must be between 0 and {LONGEST_KEPT:.0f} seconds, negative_for not below 0")
        if size < 1 or timeout <= 0:
            raise ValueError("size and timeout must be above 0")
        self._issuer = issuer
        self._address = endpoint or f"{issuer}{PATH}"
        self._endpoint = Endpoint(self._address, timeout=timeout, tls=tls, plain_http=plain_http)
        self._authorization = basic(client_id, client_secret)
        self._audience = audience
        self._cache_for = float(cache_for)
        self._negative_for = min(float(negative_for), self._cache_for)
        self._timeout = timeout
        self._clock = clock or Clock()
        self._digests = Digests()
        self._good: Kept[Access] = Kept(size)
        self._bad: Kept[Refusal] = Kept(size)  # apart, so that made-up tokens drive no good one out
        self._asking: dict[bytes, tuple[float, Future[Verdict]]] = {}
        self._lock = threading.Lock()
        self._workers = Workers("gatelodge-guard")
        self._reachable = Reachable(self._address)

    def __repr__(self) -> str:
        return f"Introspection({self._address!r}, cache_for={self._cache_for})"

    @property
    def issuer(self) -> str:
        """The provider's origin."""
        return self._issuer

    @property
    def patience(self) -> float:
        """Seconds that anybody waits for a verdict."""
        return self._timeout

    def begin(self, token: str) -> Verdict | Future[Verdict]:
        """The verdict that is kept, or the question that is under way."""
        digest, now = self._digests.of(token), self._clock.elapsed()
        with self._lock:
            if (access := self._good.get(digest, now)) is not None:
                return INVALID if self._is_over(access) else access
            if (refusal := self._bad.get(digest, now)) is not None:
                return refusal
            asked = self._asking.get(digest)
            # A question that is older than an answer may be is nobody else's.
            if asked is not None and now < asked[0] + self._cache_for:
                return asked[1]
            future = self._workers.submit(lambda: self._ask_and_keep(token, digest))
            if future is None:
                return UNAVAILABLE
            self._asking[digest] = (now, future)
        future.add_done_callback(lambda done: self._forget(digest, done))
        return future

    def _forget(self, digest: bytes, future: Future[Verdict]) -> None:
        with self._lock:
            asked = self._asking.get(digest)
            if asked is not None and asked[1] is future:
                del self._asking[digest]

    def _ask_and_keep(self, token: str, digest: bytes) -> Verdict:
        began = self._clock.elapsed()  # not when the answer came: it may have been true only when it was asked for
        verdict = self._ask(token)
        if not self._cache_for:
            return verdict
        with self._lock:
            if isinstance(verdict, Access):
                self._good.put(digest, verdict, began + self._cache_for)
            elif verdict is INVALID:
                self._bad.put(digest, verdict, began + self._negative_for)
        return verdict

    def _ask(self, token: str) -> Verdict:
        headers = {
            "Authorization": self._authorization,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        try:
            answer = self._endpoint.ask("POST", headers, urlencode({"token": token}).encode("ascii"))
            if answer.status in (400, 401, 403):
                raise Unreachable(f"the question was refused with status {answer.status}: look at client_id and secret")
            if answer.status != 200:
                raise Unreachable(f"the answer has status {answer.status}")
            verdict = self._judge(_members(answer.body))
        except Unreachable as error:
            self._reachable.lost(str(error))
            return UNAVAILABLE
        self._reachable.found()
        return verdict

    def _judge(self, members: Mapping[str, object]) -> Verdict:
        """What an answer says of the token (RFC 7662 §2.2). Raises Unreachable where it can't be understood."""
        if members["active"] is not True:
            return INVALID
        kind = members.get("token_type")
        if not isinstance(kind, str) or kind.lower() not in ("bearer", "dpop"):
            return INVALID
        if members.get("iss", self._issuer) != self._issuer:
            return INVALID
        if self._audience is not None and not is_for(members, self._audience):
            return INVALID
        try:
            access = read_access(members, self._issuer)
            begun = has_begun(members, self._clock.now())
        except ValueError as error:
            raise Unreachable(f"the answer can't be read: {error}") from None
        if (kind.lower() == "dpop") is (access.jkt is None):
            return INVALID
        return access if begun and not self._is_over(access) else INVALID

    def _is_over(self, access: Access) -> bool:
        return access.expires_at is not None and self._clock.now() >= access.expires_at


def basic(client_id: str, client_secret: str) -> str:
    """HTTP Basic authentication, with both parts form-encoded first (RFC 6749 §2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return f"Basic {b64encode(pair.encode('ascii')).decode('ascii')}"


def _members(body: bytes) -> dict[str, object]:
    """The JSON object of an introspection answer. Raises Unreachable where it is none."""
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreachable("the answer is no JSON") from None
    if not isinstance(members, dict) or not isinstance(members.get("active"), bool):
        raise Unreachable("the answer is none that RFC 7662 knows")
    return members
