"""A local server that answers as the documentation of 企业微信's group robot says; and a mail server."""

import contextlib
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KNOWN_KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@dataclass
class Group:
    """What the robot's group has read, and how the next calls are answered: an errcode, or an HTTP status."""

    url: str = ""
    messages: list[str] = field(default_factory=list)
    answers: list[tuple[int, int, str]] = field(default_factory=list)  # HTTP status, errcode, errmsg


@contextmanager
def group_robot() -> Iterator[Group]:
    group = Group()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, code, words = group.answers.pop(0) if group.answers else (200, 0, "ok")
            if parse_qs(parts.query).get("key") != [KNOWN_KEY]:
                code, words = 93000, "invalid webhook url"
            elif body.get("msgtype") != "text" or len(body["text"]["content"].encode()) > 2048:
                code, words = 40058, "text.content exceed max length 2048"
            if status == 200 and code == 0:
                group.messages.append(body["text"]["content"])
            told = json.dumps({"errcode": code, "errmsg": words}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    group.url = f"http://127.0.0.1:{server.server_port}/cgi-bin/webhook/send?key={KNOWN_KEY}"
    try:
        yield group
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class MailServer:
    """What arrived, with which reply the next recipient is refused, and how long an arrived letter is thought over."""

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
