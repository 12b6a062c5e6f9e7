"""outbound.py against real servers with real certificates: what is fetched, and everything that must not be reached."""

import asyncio
import contextlib
import gzip
import logging
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path

import pytest
import structlog

from gatelodge import logs
from gatelodge.outbound import HttpOutbound, OutboundSettingsError, Resolver, is_public, read_outbound
from gatelodge.service.records import Fetched, FetchFault
from tests.support.elsewhere import Elsewhere, Page, elsewhere
from tests.support.server import free_port


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A server with TLS on loopback."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as server:
        server.pages["/keys"] = Page(b'{"keys": []}', headers={"Content-Type": "application/json", "ETag": '"1"'})
        yield server


def allowing(there: Elsewhere, *, resolver: Resolver | None = None, seconds: float = 5.0) -> HttpOutbound:
    """One that may ask loopback."""
    return HttpOutbound("127.0.0.1", there.ca, resolver=resolver, seconds=seconds)


@pytest.fixture
def debugging(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What a server logs at level debug."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    logs.configure("debug", "text")
    root.addHandler(caplog.handler)
    yield caplog
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def telling(*answers: Sequence[str]) -> Resolver:
    """A name server that gives one answer after the other, and the last one from then on."""
    left = list(answers)

    async def look_up(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return look_up


async def get(outbound: HttpOutbound, url: str, most_bytes: int = 1000) -> Fetched | FetchFault:
    """What stands there."""
    return await outbound.get(url, accept="application/json", most_bytes=most_bytes)


async def test_what_stands_there_is_fetched_with_its_headers(there: Elsewhere) -> None:
    found = await get(allowing(there), there.url("/keys?a=b%20c&d"))
    assert isinstance(found, Fetched)
    assert (found.status, found.body) == (200, b'{"keys": []}')
    assert (found.headers["content-type"], found.headers["etag"]) == ("application/json", '"1"')
    asked = there.asked[-1]
    assert (asked.method, asked.target) == ("GET", "/keys?a=b%20c&d")
    assert asked.headers["host"] == f"localhost:{there.port}"
    assert asked.headers["accept"] == "application/json"
    assert not {"cookie", "authorization", "referer"} & asked.headers.keys()


async def test_a_form_is_sent_and_the_answer_left_unread(there: Elsewhere) -> None:
    there.pages["/told"] = Page(b"thanks", 204)
    answer = await allowing(there).post_form(there.url("/told"), {"logout_token": "a+b&c=ü"})
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.body) == (204, b"")
    assert there.asked[-1].form == {"logout_token": "a+b&c=ü"}
    assert there.asked[-1].headers["content-type"] == "application/x-www-form-urlencoded"


async def test_any_status_is_an_answer(there: Elsewhere) -> None:
    found = await get(allowing(there), there.url("/nothing"))
    assert isinstance(found, Fetched)
    assert found.status == 404


async def test_redirects_are_not_followed(there: Elsewhere) -> None:
    there.pages["/away"] = Page(status=302, headers={"Location": there.url("/keys")})
    before = len(there.asked)
    found = await get(allowing(there), there.url("/away"))
    assert isinstance(found, Fetched)
    assert (found.status, len(there.asked)) == (302, before + 1)


async def test_no_cookie_is_kept(there: Elsewhere) -> None:
    there.pages["/cookie"] = Page(headers={"Set-Cookie": "a=b"})
    outbound = allowing(there)
    for _ in range(2):
        assert isinstance(await get(outbound, there.url("/cookie")), Fetched)
    assert "cookie" not in there.asked[-1].headers


async def test_no_proxy_of_the_environment_is_asked(there: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert isinstance(await get(allowing(there), there.url("/keys")), Fetched)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "fe80::1", "fc00::1",
        "fd00:ec2::254", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
        "2001::1", "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "5f00::1",
    ],
)  # fmt: skip
async def test_what_is_not_public_is_not_asked(there: Elsewhere, address: str) -> None:
    assert not is_public(ip_address(address))
    before = there.connections
    outbound = HttpOutbound(authorities=there.ca, resolver=telling([address]))
    host = f"[{address}]" if ":" in address else address
    for url in ("https://shop.example/", f"https://{host}/", f"https://{host}:{there.port}/", f"http://{host}/"):
        assert isinstance(await get(outbound, url), FetchFault)
    assert there.connections == before


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])
def test_what_is_public_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "0", "localhost.",
        "LOCALHOST", "①②⑦.⓪.⓪.①", "127。0。0。1", "[::ffff:7f00:1]", "[::1%25lo]", "[::1", "",
    ],
)  # fmt: skip
async def test_loopback_by_another_spelling_is_not_asked(there: Elsewhere, host: str) -> None:
    """By the system's own look-up, which takes most of these for 127.0.0.1."""
    before = there.connections
    assert isinstance(await get(HttpOutbound(authorities=there.ca), f"https://{host}:{there.port}/"), FetchFault)
    assert isinstance(await get(HttpOutbound(authorities=there.ca), f"https://{host}/"), FetchFault)
    assert there.connections == before


@pytest.mark.parametrize(
    "url",
    [
        "ftp://localhost/", "file:///etc/passwd", "gopher://localhost/", "//localhost/", "localhost", "", "https:///x",
        "https://user@localhost:{port}/", "https://user:secret@localhost:{port}/", "https://good.example@localhost/",
        "https://localhost:{port}/#part", "https://localhost:{port}/\r\nX: y", "https://localhost:{port}/ x",
        "https://localhost:{port}\\@good.example/", "https://localhost:99999/", "https://localhost:x/",
        "https://local%68ost:{port}/", "https://" + "a" * 64 + ".example/", "https://localhost:{port}/" + "a" * 2048,
    ],
)  # fmt: skip
async def test_an_odd_address_is_not_asked(there: Elsewhere, url: str) -> None:
    before = there.connections
    fault = await get(allowing(there), url.replace("{port}", str(there.port)))
    assert isinstance(fault, FetchFault)
    assert there.connections == before


async def test_a_name_that_answers_differently_the_second_time_gains_nothing(there: Elsewhere) -> None:
    """DNS rebinding: what was looked at is what is connected to, so that the second answer is never asked for."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else ["192.0.2.7"]  # a documentation address, which leads nowhere

    before = there.connections
    outbound = HttpOutbound("192.0.2.0/24", there.ca, resolver=rebinding, seconds=0.5)
    assert isinstance(await get(outbound, there.url("/keys")), FetchFault)
    assert (asked, there.connections) == (["localhost"], before)


async def test_of_several_addresses_only_those_allowed_are_asked(there: Elsewhere) -> None:
    found = await get(allowing(there, resolver=telling(["::1", "10.0.0.1", "127.0.0.1"])), there.url("/keys"))
    assert isinstance(found, Fetched)


async def test_where_one_address_takes_no_connection_the_next_is_asked(there: Elsewhere) -> None:
    outbound = HttpOutbound("127.0.0.0/8", there.ca, resolver=telling(["127.0.0.2", "127.0.0.1"]))
    assert isinstance(await get(outbound, there.url("/keys")), Fetched)


async def test_a_name_without_an_address_is_a_fault_that_may_pass(there: Elsewhere) -> None:
    assert await get(allowing(there, resolver=telling([])), there.url("/keys")) == FetchFault(
        "it leads to no address that may be asked"
    )


async def test_the_certificate_must_be_for_the_name(there: Elsewhere) -> None:
    outbound = allowing(there, resolver=telling(["127.0.0.1"]))
    assert isinstance(await get(outbound, f"https://shop.example:{there.port}/keys"), FetchFault)


async def test_the_certificate_may_be_for_the_address(there: Elsewhere) -> None:
    assert isinstance(await get(allowing(there), f"https://127.0.0.1:{there.port}/keys"), Fetched)


async def test_an_authority_that_nobody_named_is_not_believed(there: Elsewhere) -> None:
    assert isinstance(await get(HttpOutbound("127.0.0.1"), there.url("/keys")), FetchFault)


async def test_without_tls_only_where_the_operator_allowed_it(tmp_path: Path) -> None:
    with elsewhere(tmp_path, tls=False) as plain:
        plain.pages["/keys"] = Page(b"{}")
        assert isinstance(await get(HttpOutbound(), plain.url("/keys")), FetchFault)
        assert plain.connections == 0
        assert isinstance(await get(HttpOutbound("127.0.0.1"), plain.url("/keys")), Fetched)


async def test_a_public_address_is_asked_by_https_and_at_its_port_alone(there: Elsewhere) -> None:
    asked: list[int] = []

    async def look_up(host: str, port: int) -> Sequence[str]:
        asked.append(port)
        return ["8.8.8.8"]

    outbound = HttpOutbound(resolver=look_up)
    for url in ("http://shop.example/", "http://shop.example:443/", "https://shop.example:22/"):
        assert await get(outbound, url) == FetchFault("it leads to no address that may be asked")
    assert asked == [80, 443, 22]


@pytest.mark.parametrize("size", [1000, 1001])
async def test_an_answer_has_a_length_limit(there: Elsewhere, size: int) -> None:
    there.pages["/long"] = Page(b"x" * size)
    found = await get(allowing(there), there.url("/long"), most_bytes=1000)
    assert isinstance(found, Fetched) == (size == 1000)


async def test_an_answer_without_end_is_not_read_to_it(there: Elsewhere) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(b"x" * 65_536)

    there.pages["/endless"] = endless
    assert await get(allowing(there), there.url("/endless")) == FetchFault("the answer is too long")


async def test_nothing_is_unpacked(there: Elsewhere) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    there.pages["/bomb"] = Page(bomb, headers={"Content-Encoding": "gzip"})
    fault = await get(allowing(there), there.url("/bomb"), most_bytes=100_000)
    assert fault == FetchFault("the answer is compressed, which was not asked for")
    assert there.asked[-1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_slow_drip_has_a_time_limit(there: Elsewhere, method: str) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        with contextlib.suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            handler.connection.settimeout(0.05)
            gone = False
            while not gone:  # a letter at a time, until the other end goes away
                handler.wfile.write(b"x")
                with contextlib.suppress(TimeoutError):
                    gone = handler.connection.recv(1) == b""

    there.pages["/drip"] = drip
    outbound = allowing(there, seconds=0.5)
    url = there.url("/drip")
    assert isinstance(await (get(outbound, url) if method == "GET" else outbound.post_form(url, {})), FetchFault)


async def test_a_name_server_that_says_nothing_has_a_time_limit(there: Elsewhere) -> None:
    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    assert await get(allowing(there, resolver=silent, seconds=0.2), there.url("/keys")) == FetchFault(
        "it took too long"
    )


@pytest.mark.parametrize("answer", [b"", b"no HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"])
async def test_an_answer_that_is_none_is_a_fault(there: Elsewhere, answer: bytes) -> None:
    there.pages["/broken"] = lambda handler: (handler.wfile.write(answer), None)[1]
    assert await get(allowing(there), there.url("/broken")) == FetchFault("the answer broke off, or is not HTTP")


async def test_nobody_there_is_a_fault() -> None:
    fault = await get(HttpOutbound("127.0.0.1"), f"https://127.0.0.1:{free_port()}/")
    assert fault == FetchFault("nobody answers there")


async def test_no_log_line_holds_a_query(there: Elsewhere, debugging: pytest.LogCaptureFixture) -> None:
    assert isinstance(await get(allowing(there), there.url("/keys?token=hush")), Fetched)
    assert isinstance(await get(HttpOutbound(), there.url("/keys?token=hush")), FetchFault)
    assert "no answer" in debugging.text
    assert "hush" not in debugging.text


def test_a_file_that_holds_no_authorities_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing", "utf-8")
    for name, reason in (("empty.pem", "it holds no certificates"), ("none.pem", "No such file or directory")):
        with pytest.raises(OutboundSettingsError, match=reason):
            read_outbound("", str(tmp_path / name))
