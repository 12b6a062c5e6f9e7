"""A real server on loopback that is not ours: an application's, which we ask for keys and documents, or tell things.

Over TLS, with a certificate for `localhost` and 127.0.0.1 of an authority made for the test."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

WAIT = 30.0  # seconds, for a request that must come


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    target: str
    headers: Mapping[str, str]  # their names in lower case
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """Its body, where that is a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))


@dataclass(frozen=True)
class Page:
    """What is answered at a path."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Behaviour = Callable[[BaseHTTPRequestHandler], None]  # writes an answer, or what it likes


@dataclass
class Elsewhere:
    """The server: what it answers by path (404 elsewhere), and what it was asked. `ca` is its authority's file."""

    origin: str
    port: int
    ca: Path
    pages: dict[str, Page | Behaviour] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    _came: threading.Condition = field(default_factory=threading.Condition)

    def url(self, target: str) -> str:
        """The address of something there."""
        return self.origin + target

    def wait_for(self, count: int) -> list[Asked]:
        """What it was asked, once that is `count` requests or more."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.asked) >= count, WAIT), self.asked
        return self.asked

    @property
    def settings(self) -> dict[str, str]:
        """What an installation has to be told to be allowed to ask here."""
        return {"GATELODGE_OUTBOUND_NETWORKS": "127.0.0.1", "GATELODGE_OUTBOUND_CA": str(self.ca)}


@contextmanager
def elsewhere(folder: Path, *, tls: bool = True, address: str = "127.0.0.1") -> Iterator[Elsewhere]:
    """The server, for as long as the block lasts. `folder` is for its certificates."""
    ca, chain = _certificates(folder)

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): text for name, text in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            page = server.pages.get(self.path.partition("?")[0], Page(status=404))
            with server._came:
                server.asked.append(asked)
                server._came.notify_all()
            if isinstance(page, Page):
                self.send_response(page.status)
                for name, text in {**page.headers, "Content-Length": str(len(page.body))}.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(page.body)
            else:
                page(self)

        do_GET = do_POST = _handle  # noqa: N815 (http.server's names for them)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet: pytest's output is not the place."""

    class Listening(ThreadingHTTPServer):
        def get_request(self) -> tuple[ssl.SSLSocket, tuple[str, int]]:
            server.connections += 1
            found: tuple[ssl.SSLSocket, tuple[str, int]] = super().get_request()  # type: ignore[assignment]
            return found

        def handle_error(self, request: object, client_address: object) -> None:
            """The other end went away, or did not believe our certificate: the test says whether it should have."""

    listening = Listening((address, 0), Handler)
    port: int = listening.server_address[1]
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        # The handshake is done where the request is read, on that request's own thread.
        listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    server = Elsewhere(f"{'https' if tls else 'http'}://localhost:{port}", port, ca)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def _certificates(folder: Path) -> tuple[Path, Path]:
    """An authority's certificate, and a file with one that it made for loopback, and that one's key."""
    until = datetime.now(UTC) + timedelta(days=1)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority for tests")])

    def certificate(subject: x509.Name, public: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        ours = authority_key.public_key()
        usage = x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(until - timedelta(days=2))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ours), critical=False)
        )
        if not ca:
            names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(authority_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    ca_file, chain_file = folder / "authority.pem", folder / "server.pem"
    ca_file.write_bytes(certificate(authority, authority_key.public_key(), ca=True).public_bytes(pem))
    chain_file.write_bytes(certificate(subject, key.public_key(), ca=False).public_bytes(pem) + secret)
    return ca_file, chain_file
