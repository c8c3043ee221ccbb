"""A local server that answers as the documentation of 企业微信's group robot says; and a mail server."""

import json
import socketserver
import threading
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
    """What arrived, and with which reply the next recipient is refused."""

    port: int = 0
    letters: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Just enough of RFC 5321 for one client."""
    mail = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                verb = line.split(" ")[0].split(":")[0].upper()
                if verb == "DATA":
                    self.say("354 go on")
                    lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                    mail.letters.append("\n".join(lines))
                elif verb == "RCPT" and mail.refusals:
                    self.say(mail.refusals.pop(0))
                    continue
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                self.say("250 ok")

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    mail.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield mail
    finally:
        server.shutdown()
        server.server_close()
