"""A mailbox to be read by IMAP, as much of the protocol as reading unread letters needs.

with Mailbox("desk", "secret") as box:
    box.put(b"From: ...")
    box.url
"""

import re
import shlex
import socketserver
import threading
from dataclasses import dataclass


@dataclass
class Held:
    uid: int
    raw: bytes
    is_seen: bool = False


class Mailbox:
    """The server with its one folder."""

    def __init__(self, user: str, password: str) -> None:
        self.user, self.password = user, password
        self.letters: list[Held] = []
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.box = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return (
            f"imap://{self.user}:{self.password}@127.0.0.1:{self._server.server_address[1]}/INBOX"
        )

    def put(self, raw: bytes) -> Held:
        """A letter arrives."""
        held = Held(len(self.letters) + 1, raw)
        self.letters.append(held)
        return held

    def __enter__(self) -> "Mailbox":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    box: Mailbox


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            name, _, told = rest.partition(" ")
            if name.upper() == "UID":
                name, _, told = told.partition(" ")
                name = f"uid_{name}"
            act = getattr(self, f"do_{name.lower()}", None)
            self._say(f"{tag} {act(told) if act else 'BAD unknown'}")
            if name.upper() == "LOGOUT":
                return

    def _say(self, text: str, blob: bytes = b"", after: str = "") -> None:
        self.wfile.write(
            text.encode() + (b"\r\n" + blob + after.encode() if blob else b"") + b"\r\n"
        )

    def do_capability(self, told: str) -> str:
        self._say("* CAPABILITY IMAP4REV1")
        return "OK done"

    def do_login(self, told: str) -> str:
        good = shlex.split(told) == [self.server.box.user, self.server.box.password]
        return "OK in" if good else "NO [AUTHENTICATIONFAILED] wrong name or password"

    def do_select(self, told: str) -> str:
        self._say(f"* {len(self.server.box.letters)} EXISTS")
        return "OK [READ-WRITE]" if told.strip('"') == "INBOX" else "NO there is no such folder"

    def do_uid_search(self, told: str) -> str:
        unread = [str(one.uid) for one in self.server.box.letters if not one.is_seen]
        self._say(f"* SEARCH {' '.join(unread)}".rstrip())
        return "OK done"

    def do_uid_fetch(self, told: str) -> str:
        held = self._named(told)
        if held is None:
            return "OK done"
        if "RFC822.SIZE" in told:
            self._say(f"* {held.uid} FETCH (RFC822.SIZE {len(held.raw)} UID {held.uid})")
            return "OK done"
        part = re.search(r"<0\.(\d+)>", told)
        raw = held.raw[: int(part[1])] if part else held.raw
        self._say(f"* {held.uid} FETCH (UID {held.uid} BODY[] {{{len(raw)}}}", raw, ")")
        return "OK done"

    def do_uid_store(self, told: str) -> str:
        held = self._named(told)
        if held and r"\Seen" in told:
            held.is_seen = True
        return "OK done"

    def do_logout(self, told: str) -> str:
        self._say("* BYE")
        return "OK done"

    def _named(self, told: str) -> Held | None:
        wanted = told.split(" ")[0]
        return next((one for one in self.server.box.letters if str(one.uid) == wanted), None)
