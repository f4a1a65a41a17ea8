"""Channels against real servers on loopback: what arrives, and what is told of what does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import logging
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import orjson
import pytest

from setpoint.act.delivery.courier import AlertCourier
from setpoint.act.delivery.settings import AlertSettings, ChannelKind, ChannelSettings, SecretPlace
from setpoint.act.interface import Alert, Message
from setpoint.errors import CouldNotTellError
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn

# pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.integration.receivers import Receiver, receiving, saying

KEY = "key-of-32-bytes-for-these-tests!"
URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "records")


def message(title: str = "a bucket is public", count: int = 1, key: str = "7-abc") -> Message:
    alert = Alert(
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        Severity.HIGH,
        "drift",
        URN,
        "payments",
        title,
        {"path": "PublicAccessBlockConfiguration"},
        "setpoint findings --service payments",
        ("exposure/bucket-public",),
    )
    return Message(key, (alert,) * count)


class Channel:
    """One channel whose secrets are in the environment, as a user has it."""

    def __init__(self, kind: ChannelKind, url: str, *, timeout: float = 5.0) -> None:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("CHANNEL_URL", url)
            environment.setenv("CHANNEL_KEY", KEY)
            place = SecretPlace("CHANNEL_URL", None, "setpoint.yaml:9")
            key = SecretPlace("CHANNEL_KEY", None, "setpoint.yaml:9") if kind is ChannelKind.WEBHOOK else None
            settings = AlertSettings({"it": ChannelSettings("it", kind, place, key)})
            self._courier = AlertCourier(settings, {"payments": "team-a"}, timeout=timeout)

    def send(self, what: Message) -> None:
        self._courier.send("it", what)

    def refuse(self, what: Message) -> str:
        """Why it did not arrive; no error and no log may show a secret."""
        log = logging.StreamHandler(io.StringIO())
        logging.getLogger().addHandler(log)
        try:
            with pytest.raises(CouldNotTellError) as caught:
                self.send(what)
        finally:
            logging.getLogger().removeHandler(log)
        told = caught.value.diagnostics()
        for secret in ("T0KEN", KEY):
            assert secret not in told + log.stream.getvalue()
        return told


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as started:
        yield started


class TestWebhook:
    def test_what_arrives_is_signed_and_says_everything(self, receiver: Receiver) -> None:
        Channel(ChannelKind.WEBHOOK, receiver.url).send(message())
        (request,) = receiver.requests
        assert request.path == "/hook?token=T0KEN"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["webhook-id"] == "7-abc"
        sent_at = request.headers["webhook-timestamp"]
        assert abs(time.time() - int(sent_at)) < 60
        signed = b".".join((b"7-abc", sent_at.encode(), request.body))
        expected = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
        assert request.headers["webhook-signature"] == f"v1,{expected}"
        document = orjson.loads(request.body)
        assert document["title"] == "[high] payments: a bucket is public"
        assert document["alerts"][0]["subject"] == URN
        assert document["alerts"][0]["owner"] == "team-a"

    def test_it_fails_some_times_then_arrives_and_every_attempt_is_the_same(self, receiver: Receiver) -> None:
        receiver.statuses = [500, 429, 404]
        channel = Channel(ChannelKind.WEBHOOK, receiver.url)
        told = [channel.refuse(message()) for _ in range(3)]
        channel.send(message())
        assert told == [f"the webhook did not take it: HTTP {status}" for status in (500, 429, 404)]
        assert len({(each.headers["webhook-id"], each.body) for each in receiver.requests}) == 1

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_redirects_are_not_followed(self, receiver: Receiver, status: int) -> None:
        receiver.statuses = [status]
        told = Channel(ChannelKind.WEBHOOK, receiver.url).refuse(message())
        assert told == f"the webhook did not take it: HTTP {status}: redirects are not followed"
        assert [each.path for each in receiver.requests] == ["/hook?token=T0KEN"]

    def test_one_that_hangs(self, receiver: Receiver) -> None:
        receiver.hold = threading.Event()
        told = Channel(ChannelKind.WEBHOOK, receiver.url, timeout=0.3).refuse(message())
        assert told == "the webhook did not take it: no answer within 0.3 s"

    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            (b"\x00\xff garbage T0KEN\r\n\r\n", "the answer is not HTTP"),
            (b"HTTP/1.1 two hundred\r\n\r\n", "the answer is not HTTP"),
            (b"HTTP/1.1 200 " + b"x" * 100_000, "the answer is not HTTP"),
            (b"HTTP/1.1 200 ok\r\n" + b"a: b\r\n" * 1000, "the answer is not HTTP"),
            (b"", "no connection ("),
        ],
    )
    def test_one_that_talks_nonsense(self, answer: bytes, told: str) -> None:
        with saying(answer) as port:
            channel = Channel(ChannelKind.WEBHOOK, f"http://127.0.0.1:{port}/T0KEN")
            assert channel.refuse(message()).startswith(f"the webhook did not take it: {told}")

    def test_an_answer_without_end_is_not_waited_for(self) -> None:
        with saying(b"HTTP/1.1 204 ok\r\nContent-Length: 1000000000\r\n\r\nx") as port:
            Channel(ChannelKind.WEBHOOK, f"http://127.0.0.1:{port}/").send(message())

    def test_one_that_is_not_there(self) -> None:
        with saying(b"") as port:
            channel = Channel(ChannelKind.WEBHOOK, f"http://127.0.0.1:{port}/T0KEN")
        assert channel.refuse(message()) == "the webhook did not take it: no connection (Connection refused)"

    def test_a_certificate_that_nobody_vouches_for(self, tmp_path: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(tmp_path))
        with receiving(Receiver(tls=context)) as receiver:
            told = Channel(ChannelKind.WEBHOOK, f"https://127.0.0.1:{receiver.port}/T0KEN").refuse(message())
            assert told == "the webhook did not take it: its certificate is not trusted: self-signed certificate"
            assert receiver.requests == []


class TestApprise:
    def test_json(self, receiver: Receiver) -> None:
        url = f"json://me:T0KEN@127.0.0.1:{receiver.port}/hook"
        Channel(ChannelKind.APPRISE, url).send(message("naïve \x1b[2J"))
        (request,) = receiver.requests
        document = orjson.loads(request.body)
        assert document["title"] == r"[high] payments: naïve \x1b[2J"
        assert document["message"].startswith("naïve \\x1b[2J\n  why:      exposure/bucket-public\n")
        assert document["message"].endswith("\n\nmessage 7-abc")
        assert document["type"] == "failure"

    def test_what_was_refused_is_told_by_its_status_alone(self, receiver: Receiver) -> None:
        receiver.statuses = [500, 302]
        channel = Channel(ChannelKind.APPRISE, f"json://me:T0KEN@127.0.0.1:{receiver.port}/hook")
        assert channel.refuse(message()) == "apprise did not take it: HTTP 500"
        assert channel.refuse(message()) == "apprise did not take it: HTTP 302"
        assert len(receiver.requests) == 2

    def test_one_that_hangs_or_is_not_there(self, receiver: Receiver) -> None:
        receiver.hold = threading.Event()
        channel = Channel(ChannelKind.APPRISE, f"json://T0KEN@127.0.0.1:{receiver.port}/", timeout=0.3)
        assert channel.refuse(message()) == "apprise did not take it: no connection, or an answer that says no"

    def test_slack_gets_no_markup_of_strangers(self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
        from apprise.plugins.slack import NotifySlack

        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}")
        channel = Channel(ChannelKind.SLACK, "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts")
        channel.send(message("<!channel> & <http://evil.example|all is well>"))
        (request,) = receiver.requests
        text = orjson.loads(request.body)["attachments"][0]["text"]
        assert "&lt;!channel&gt; &amp; &lt;http://evil.example|all is well&gt;" in text
        assert "setpoint findings --service payments" in text

    def test_pagerduty_opens_one_incident_however_often_it_is_told(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from apprise.plugins import pagerduty

        monkeypatch.setitem(pagerduty.PAGERDUTY_API_LOOKUP, "us", f"http://127.0.0.1:{receiver.port}/v2/enqueue")
        channel = Channel(ChannelKind.PAGERDUTY, "pagerduty://integration@T0KEN")
        channel.send(message(count=50))
        channel.send(message(count=50))
        first, second = (orjson.loads(each.body) for each in receiver.requests)
        assert first == second
        assert first["dedup_key"] == "7-abc"
        assert first["payload"]["severity"] == "error"
        assert first["payload"]["summary"] == "[high] payments: 50 alerts (drift)"
        assert "setpoint findings" in first["payload"]["custom_details"]["alerts"]

    def test_a_long_list_fits_into_what_a_service_takes(self, receiver: Receiver) -> None:
        url = f"json://127.0.0.1:{receiver.port}/"
        Channel(ChannelKind.APPRISE, url).send(message("x" * 900, count=50))
        text = orjson.loads(receiver.requests[0].body)["message"]
        assert len(text) < 32768
        assert " more: setpoint findings --service payments\n\nmessage 7-abc" in text


class Mailbox:
    """What an SMTP server took; `refuse` are recipients that it does not."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.refuse: set[str] = set()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 (aiosmtpd's)
        if address in self.refuse:
            return "550 nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's)
        self.got.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    from aiosmtpd.controller import Controller

    box = Mailbox()
    with saying(b"") as port:
        pass
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


class TestEmail:
    def test_a_mail(self, mailbox: tuple[Mailbox, int]) -> None:
        box, port = mailbox
        url = f"mailto://127.0.0.1:{port}?from=setpoint@example.com&to=team@example.com"
        Channel(ChannelKind.EMAIL, url).send(message("<b>naïve</b>\r\nBcc: all@example.com"))
        (envelope,) = box.got
        assert envelope.rcpt_tos == ["team@example.com"]
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert mail["Subject"] == r"[high] payments: <b>naïve</b>\r\nBcc: all@example.com"
        assert mail["Bcc"] is None
        assert mail.get_content_type() == "text/plain"
        assert mail.get_content().splitlines()[0] == r"<b>naïve</b>\r\nBcc: all@example.com"
        assert "message 7-abc" in mail.get_content()

    def test_a_recipient_that_is_refused(self, mailbox: tuple[Mailbox, int]) -> None:
        box, port = mailbox
        box.refuse.add("team@example.com")
        url = f"mailto://127.0.0.1:{port}?from=setpoint@example.com&to=team@example.com"
        told = Channel(ChannelKind.EMAIL, url).refuse(message())
        assert told == "email did not take it: no connection, or an answer that says no"


def _certificate(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path
