"""Local servers that answer as the documentation says: 企业微信's group robot, 阿里云's
SendSms; and a mail server.
"""

import contextlib
import hmac
import json
import re
import socketserver
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, quote, quote_plus, urlsplit

KNOWN_KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


KEY_ID, KEY_SECRET = "testId", "test/Secret+1"


class Answering(BaseHTTPRequestHandler):
    def answer(self, status: int, body: dict[str, object]) -> None:
        told = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """On a free port, which it yields."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Group:
    """What the robot's group has read, and how the next calls are answered: an errcode,
    or an HTTP status.
    """

    url: str = ""
    messages: list[str] = field(default_factory=list)
    # HTTP status, errcode, errmsg
    answers: list[tuple[int, int, str]] = field(default_factory=list)


@contextmanager
def group_robot() -> Iterator[Group]:
    group = Group()

    class Handler(Answering):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, code, words = (
                group.answers.pop(0) if group.answers else (200, 0, "ok")
            )
            if parse_qs(parts.query).get("key") != [KNOWN_KEY]:
                code, words = 93000, "invalid webhook url"
            elif (
                body.get("msgtype") != "text"
                or len(body["text"]["content"].encode()) > 2048
            ):
                code, words = 40058, "text.content exceed max length 2048"
            if status == 200 and code == 0:
                group.messages.append(body["text"]["content"])
            self.answer(status, {"errcode": code, "errmsg": words})

    with serving(Handler) as port:
        group.url = f"http://127.0.0.1:{port}/cgi-bin/webhook/send?key={KNOWN_KEY}"
        yield group


@dataclass
class SmsService:
    """What was sent (number, template, parameters), and how the next calls are
    answered: HTTP status, Code, Message.
    """

    url: str = ""
    sent: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    answers: list[tuple[int, str, str]] = field(default_factory=list)


@contextmanager
def sms_service() -> Iterator[SmsService]:
    """SendSms of 2017-05-25: checks the signature as documented, then number and
    template.
    """
    service = SmsService()

    class Handler(Answering):
        def do_POST(self) -> None:
            sent = dict(
                parse_qsl(
                    self.rfile.read(int(self.headers["Content-Length"])).decode(),
                    keep_blank_values=True,
                )
            )
            signature = sent.pop("Signature", "")
            status, code, words = (
                service.answers.pop(0) if service.answers else (200, "OK", "OK")
            )
            if sent["AccessKeyId"] != KEY_ID or signature != signed(sent, KEY_SECRET):
                status, code, words = (
                    400,
                    "SignatureDoesNotMatch",
                    "Specified signature is not matched.",
                )
            elif not re.fullmatch(r"1\d{10}", sent["PhoneNumbers"]):
                code, words = "isv.MOBILE_NUMBER_ILLEGAL", "非法手机号"
            elif not sent["TemplateCode"].startswith("SMS_"):
                code, words = "isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板"
            if code == "OK":
                service.sent.append(
                    (
                        sent["PhoneNumbers"],
                        sent["TemplateCode"],
                        json.loads(sent["TemplateParam"]),
                    )
                )
            self.answer(
                status,
                {
                    "Code": code,
                    "Message": words,
                    "RequestId": "F655A8D5-B967-440B-8683-DAD6FF8DE990",
                },
            )

    with serving(Handler) as port:
        query = "sign=白关镇&accepted=SMS_1&promised=SMS_2&answered=SMS_3"
        service.url = f"aliyun+http://{KEY_ID}:{quote(KEY_SECRET, safe='')}@127.0.0.1:{port}/?{query}"
        yield service


def signed(parameters: dict[str, str], secret: str) -> str:
    """By the documentation of the RPC signature, written anew here."""

    def encoded(text: str) -> str:
        return (
            quote_plus(text, safe="")
            .replace("+", "%20")
            .replace("*", "%2A")
            .replace("%7E", "~")
        )

    query = "&".join(
        f"{encoded(name)}={encoded(value)}"
        for name, value in sorted(parameters.items())
    )
    text = "POST&%2F&" + encoded(query)
    return b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1")).decode()


@dataclass
class MailServer:
    """What arrived, with which reply the next recipient is refused, and how long an
    arrived letter is thought over.
    """

    port: int = 0
    ponders: float = 0.0  # seconds between having a letter and saying so
    letters: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


class MailTalk(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 for one client, which may be gone at any moment."""

    server: "MailListener"

    def handle(self) -> None:
        mail = self.server.mail
        self.say("220 here")
        while line := self.line().strip():
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                if (letter := self.letter()) is None:
                    return
                mail.letters.append(letter)
                time.sleep(mail.ponders)
            elif verb == "RCPT" and mail.refusals:
                self.say(mail.refusals.pop(0))
                continue
            elif verb == "QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def letter(self) -> str | None:
        """Half a letter is none."""
        lines = list[str]()
        while (text := self.line()) != ".\r\n":
            if not text:
                return None
            lines.append(text.rstrip("\r\n"))
        return "\n".join(lines)

    def line(self) -> str:
        """Empty where the client is gone."""
        with contextlib.suppress(ConnectionError):
            return self.rfile.readline().decode()
        return ""

    def say(self, text: str) -> None:
        with contextlib.suppress(ConnectionError):
            self.wfile.write(f"{text}\r\n".encode())


class MailListener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mail: MailServer) -> None:
        super().__init__(("127.0.0.1", 0), MailTalk)
        self.mail = mail
        mail.port = self.server_address[1]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    mail = MailServer()
    server = MailListener(mail)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield mail
    finally:
        server.shutdown()
        server.server_close()
