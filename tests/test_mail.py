"""mail.py against a real SMTP server: what arrives, what can't be smuggled in, and what an error says."""

from dataclasses import replace

import pytest

from gatelodge.mail import MailSettingsError, SmtpPostman, compose, read_sender, read_server
from gatelodge.protocol.credentials import public_id
from gatelodge.service.minting import Mint
from gatelodge.service.ports import MailRefused, MailUnavailable
from gatelodge.service.records import Mail
from tests.support.mailbox import mail_server, silent_server
from tests.support.server import free_port

SENDER = "cloud@example.com"
MAIL = Mail(Mint().id(), "ann@example.com", "Änn invites you", "Dear Änn,\n\nhave a look:\nhttps://example.com/x\n")


async def test_a_mail_arrives_as_it_was_written() -> None:
    with mail_server() as box:
        await SmtpPostman(read_server(box.url), SENDER).send("North Cloud", MAIL)
    (message,) = box.messages
    (envelope,) = box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [MAIL.recipient])
    assert message["From"] == f"North Cloud <{SENDER}>"
    assert message["To"] == MAIL.recipient
    assert message["Subject"] == MAIL.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{public_id(MAIL.id)}@example.com>"
    assert message["Date"].datetime.tzinfo is not None
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == MAIL.text.splitlines()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_a_name_or_subject_makes_no_header(end: str) -> None:
    evil = f"North{end}Bcc: everybody@example.com{end}{end}Buy this"
    message = compose(SENDER, evil, replace(MAIL, subject=evil))
    head = bytes(message).partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"}
    assert b"Bcc" not in names
    assert message["To"] == MAIL.recipient
    assert str(message["From"]).endswith(f"<{SENDER}>")


@pytest.mark.parametrize("address", ["ann@example.com\nBcc: x@example.com", "ann@example.com>\r\nX: y", "a@b@c\r\n"])
def test_an_address_makes_no_header(address: str) -> None:
    with pytest.raises(MailRefused):
        compose(SENDER, "North Cloud", replace(MAIL, recipient=address))


async def test_a_host_that_is_not_ascii_is_written_as_dns_has_it_and_a_local_part_as_it_is() -> None:
    with mail_server() as box:
        postman = SmtpPostman(read_server(box.url), SENDER)
        await postman.send("North Cloud", replace(MAIL, recipient="ann@bücher.example"))
        await postman.send("North Cloud", replace(MAIL, recipient="jürgen@bücher.example"))
    assert [one.rcpt_tos for one in box.envelopes] == [["ann@xn--bcher-kva.example"], ["jürgen@xn--bcher-kva.example"]]


async def test_a_provider_called_like_an_address_is_still_only_a_name() -> None:
    with mail_server() as box:
        await SmtpPostman(read_server(box.url), SENDER).send('"Eve" <eve@example.net>, x', MAIL)
    (address,) = box.messages[0]["From"].addresses
    assert address.addr_spec == SENDER
    assert box.envelopes[0].mail_from == SENDER


async def test_with_a_login_the_postman_signs_in() -> None:
    with mail_server(login=(b"us%er", b"p@ss:w/rd")) as box:
        url = box.url.replace("us%er:p@ss:w/rd", "us%25er:p%40ss%3Aw%2Frd")
        await SmtpPostman(read_server(url), SENDER).send("North Cloud", MAIL)
        wrong = read_server(url.replace("p%40ss", "other"))
        with pytest.raises(MailUnavailable) as refused:
            await SmtpPostman(wrong, SENDER).send("North Cloud", MAIL)
    assert box.logins[0] == (b"us%er", b"p@ss:w/rd")
    assert len(box.messages) == 1
    assert "535" in str(refused.value)
    assert "other" not in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [("550 no such user ann@example.com", MailRefused), ("450 greylisted", MailUnavailable)],
)
async def test_what_the_server_will_never_take_is_told_from_what_it_puts_off(
    answer: str, error: type[Exception]
) -> None:
    with mail_server() as box:
        box.answers.append(answer)
        with pytest.raises(error) as refused:
            await SmtpPostman(read_server(box.url), SENDER).send("North Cloud", MAIL)
    assert answer[:3] in str(refused.value)
    assert MAIL.recipient not in str(refused.value)
    assert box.messages == []


async def test_a_server_that_is_not_there_or_says_nothing_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatelodge.mail.TIMEOUT", 0.3)
    with pytest.raises(MailUnavailable):
        await SmtpPostman(read_server(f"smtp://127.0.0.1:{free_port()}"), SENDER).send("North Cloud", MAIL)
    with silent_server() as url, pytest.raises(MailUnavailable):
        await SmtpPostman(read_server(url), SENDER).send("North Cloud", MAIL)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "must_encrypt"),
    [
        ("smtp://mail.example.com", "mail.example.com", 25, False, False),
        ("smtp://mail.example.com:2525", "mail.example.com", 2525, False, False),
        ("smtp://ann:secret@mail.example.com", "mail.example.com", 587, False, True),
        ("smtp://ann:secret@localhost:2525", "localhost", 2525, False, False),
        ("smtps://ann:secret@mail.example.com/", "mail.example.com", 465, True, True),
        ("smtp://[::1]:2525", "::1", 2525, False, False),
    ],
)
def test_the_url_says_where_and_how(url: str, host: str, port: int, tls: bool, must_encrypt: bool) -> None:
    server = read_server(url)
    assert (server.host, server.port, server.tls, server.must_encrypt) == (host, port, tls, must_encrypt)
    assert "secret" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://ann:secret@mail.example.com",
        "smtp://",
        "smtp://ann:secret@",
        "smtp://ann:secret@mail.example.com:99999",
        "smtp://ann:secret@mail.example.com:x",
        "smtp://secret@mail.example.com",
        "smtp://ann:secret@mail.example.com/inbox",
        "smtp://ann:secret@mail.example.com?x=y",
        "smtp://ann:secret@[::1",
    ],
)
def test_a_wrong_url_is_refused_by_the_setting_s_name_and_without_its_value(url: str) -> None:
    with pytest.raises(MailSettingsError) as refused:
        read_server(url)
    assert str(refused.value).startswith("GATELODGE_SMTP_URL: ")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "cloud", "Cloud <cloud@example.com>", "clöud@example.com", "a@b\nBcc: c@d"])
def test_a_wrong_sender_is_refused(text: str) -> None:
    with pytest.raises(MailSettingsError, match="GATELODGE_MAIL_FROM: "):
        read_sender(text)
