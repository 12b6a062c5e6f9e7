"""Mail by SMTP (ports.Postman): the message as RFC 5322 has it, and its way to the mail server."""

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib

from gatelodge.identity.people import normal_email
from gatelodge.identity.provider import is_local
from gatelodge.protocol.credentials import public_id
from gatelodge.service.minting import time_of
from gatelodge.service.ports import MailRefused, MailUnavailable
from gatelodge.service.records import Mail

PORTS = {"smtp": 25, "smtps": 465}
SUBMISSION = 587  # where one signs in (RFC 6409 §3.1)
TIMEOUT = 10.0  # seconds, for all of it: somebody may be waiting for the page that tells what became of it
WRITE_IT_AS = "write it as smtp://user:password@host:port or smtps://…"


class MailSettingsError(Exception):
    """A setting can't be used; the text names it and says why, without its value, which may hold a password."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes, and as whom. `tls`: from the start, as opposed to STARTTLS; `must_encrypt`: not without."""

    host: str
    port: int
    tls: bool
    must_encrypt: bool
    user: str | None
    password: str | None = field(repr=False)


def read_server(url: str) -> MailServer:
    """The mail server that GATELODGE_SMTP_URL names. Raises MailSettingsError.

    A password goes to no other computer in the clear: with one, STARTTLS is demanded, not only taken where offered."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MailSettingsError(f"GATELODGE_SMTP_URL: the URL can't be read; {WRITE_IT_AS}") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise MailSettingsError(f"GATELODGE_SMTP_URL: that is no mail server's URL; {WRITE_IT_AS}")
    if (parts.username is None) != (parts.password is None):
        raise MailSettingsError("GATELODGE_SMTP_URL: give user and password, or neither")
    tls, signs_in = parts.scheme == "smtps", parts.username is not None
    return MailServer(
        host=parts.hostname,
        port=port or (SUBMISSION if signs_in and not tls else PORTS[parts.scheme]),
        tls=tls,
        must_encrypt=signs_in and not is_local(parts.hostname),
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def read_sender(text: str) -> str:
    """The address that GATELODGE_MAIL_FROM names. Raises MailSettingsError."""
    sender = normal_email(text)
    if sender is None or not sender.isascii():
        raise MailSettingsError("GATELODGE_MAIL_FROM: write an address such as cloud@example.com; mail needs one")
    return sender


def compose(sender: str, provider_name: str, mail: Mail) -> EmailMessage:
    """The message (RFC 5322). Its id is the mail's own: sent twice, as happens when a node dies between handing it over
    and noting that, it is recognised as the same one.

    Names can't make headers: what could end a line is a blank before the library, which would refuse it, sees it."""
    recipient = _address("", mail.recipient)
    message = EmailMessage(policy=SMTP if recipient.addr_spec.isascii() else SMTPUTF8)
    message["From"] = _address(_one_line(provider_name), sender)
    message["To"] = recipient
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(_moment(mail.id))
    message["Message-ID"] = f"<{public_id(mail.id)}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no out-of-office notes, please
    message.set_content(mail.text)
    return message


def _moment(mail_id: int) -> datetime:
    return datetime.fromtimestamp(time_of(mail_id), UTC)


def _address(name: str, email: str) -> Address:
    """The address, its host as DNS knows it (RFC 5890): few servers take anything else."""
    local, _, host = email.partition("@")
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise MailRefused("the host of the address is none") from None
    try:
        return Address(name, local, host)
    except ValueError:
        raise MailRefused("the address can't be written in a mail") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


class SmtpPostman:
    """Hands mails to one mail server, a connection each."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, provider_name: str, mail: Mail) -> None:
        """Hand one over. Raises MailRefused, MailUnavailable."""
        message = compose(self._sender, provider_name, mail)
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=self._sender.partition("@")[2],
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            # None: where the server offers it (RFC 3207).
            start_tls=False if server.tls else True if server.must_encrypt else None,
            timeout=TIMEOUT,
        )
        try:
            async with asyncio.timeout(TIMEOUT), client:
                await client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code
            if code >= 500:
                raise MailRefused(f"the mail server refuses the recipient ({code})") from None
            raise MailUnavailable(f"the mail server puts the recipient off ({code})") from None
        except aiosmtplib.SMTPDataError as error:
            if error.code >= 500:
                raise MailRefused(f"the mail server refuses the mail ({error.code})") from None
            raise MailUnavailable(f"the mail server puts the mail off ({error.code})") from None
        except aiosmtplib.SMTPResponseException as error:
            raise MailUnavailable(f"the mail server says {error.code} ({type(error).__name__})") from None
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
            raise MailUnavailable(f"the mail server can't be used ({type(error).__name__})") from None
        finally:
            client.close()
