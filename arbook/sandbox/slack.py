"""Slack as far as alerts need it: `chat.postMessage` and `auth.test`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.faults import Fault
from arbook.sandbox.wire import Call, Request, Response

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox


@dataclass
class Note:
    at: datetime
    channel: str
    text: str
    blocks: list[Any]
    ts: str


@dataclass
class Workspace:
    token: str = "xoxb-sandbox-000000000000"
    team: str = "Ledger Lane Bookkeeping"
    notes: list[Note] = field(default_factory=list)


class Slack:
    name = "slack"

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.reset()

    def reset(self) -> None:
        if self.sandbox.state.slack is None:
            self.sandbox.state.slack = Workspace()

    @property
    def workspace(self) -> Workspace:
        return self.sandbox.state.slack

    @property
    def notes(self) -> list[Note]:
        """What was posted, oldest first."""
        return self.workspace.notes

    def find(self, request: Request) -> Call:
        method = request.path.removeprefix("/api/").strip("/")
        return Call(method or "unknown", lambda: self._answer(method, request))

    def refuse(self, request: Request, call: Call, rule: Fault) -> Response:
        if rule.kind == "429":
            wait = str(rule.retry_after or 1)
            return Response.json({"ok": False, "error": "ratelimited"}, 429, Retry_After=wait)
        if rule.kind == "revoked":
            return Response.json({"ok": False, "error": "token_revoked"})
        return Response.json({"ok": False, "error": "internal_error"}, 500)

    def _answer(self, method: str, request: Request) -> Response:
        sent = self._arguments(request)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = bearer or sent.get("token")
        if token != self.workspace.token:
            return Response.json({"ok": False, "error": "invalid_auth" if token else "not_authed"})
        if method == "auth.test":
            return Response.json(
                {"ok": True, "team": self.workspace.team, "user": "arbook", "team_id": "T0SANDBOX"}
            )
        if method != "chat.postMessage":
            return Response.json({"ok": False, "error": "unknown_method"})
        if not sent.get("channel"):
            return Response.json({"ok": False, "error": "channel_not_found"})
        if not sent.get("text") and not sent.get("blocks"):
            return Response.json({"ok": False, "error": "no_text"})
        now = clock.now()
        note = Note(
            now,
            sent["channel"],
            sent.get("text", ""),
            sent.get("blocks") or [],
            f"{now.timestamp():.6f}",
        )
        self.notes.append(note)
        message = {"type": "message", "text": note.text, "ts": note.ts, "user": "U0ARBOOK"}
        return Response.json(
            {"ok": True, "channel": note.channel, "ts": note.ts, "message": message}
        )

    def _arguments(self, request: Request) -> dict[str, Any]:
        if "json" in request.headers.get("content-type", ""):
            return request.json() if request.body else {}
        return request.form
