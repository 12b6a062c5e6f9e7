"""A real mail server on loopback, which keeps what it is handed."""

import email.policy
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.server import free_port

WAIT = 30.0  # seconds, for a mail that must come


@dataclass
class Mailbox:
    """What came, and what the server says to who comes. `answers` are its next answers to a recipient; by default it
    takes everything."""

    url: str = ""
    envelopes: list[Envelope] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    _came: threading.Condition = field(default_factory=threading.Condition)

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages that came."""
        return [message_from_bytes(one, policy=email.policy.default) for one in self._contents()]

    def _contents(self) -> Iterator[Any]:
        for envelope in self.envelopes:
            yield envelope.content

    def to(self, recipient: str) -> list[EmailMessage]:
        """Those that came for one address, as the envelopes have it."""
        pairs = zip(self.envelopes, self.messages, strict=True)
        return [message for envelope, message in pairs if envelope.rcpt_tos == [recipient]]

    def wait_for(self, recipient: str, count: int = 1) -> list[EmailMessage]:
        """Those, once there are as many. The server has a thread of its own."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.to(recipient)) >= count, WAIT), self.messages
        return self.to(recipient)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name for it)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient."""
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A mail."""
        with self._came:
            self.envelopes.append(envelope)
            self._came.notify_all()
        return "250 OK"


@contextmanager
def mail_server(login: tuple[bytes, bytes] | None = None) -> Iterator[Mailbox]:
    """A mail server for as long as the block lasts; with a `login` it offers to sign in."""
    box = Mailbox()

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        box.logins.append((data.login, data.password))
        return AuthResult(success=(data.login, data.password) == login, handled=False)

    port = free_port()
    asks: dict[str, Any] = {"authenticator": check, "auth_require_tls": False} if login else {}
    controller = Controller(box, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, **asks)
    controller.start()
    who = f"{login[0].decode()}:{login[1].decode()}@" if login else ""
    box.url = f"smtp://{who}127.0.0.1:{port}"
    try:
        yield box
    finally:
        controller.stop()


@contextmanager
def silent_server() -> Iterator[str]:
    """The URL of something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"
