"""What the log says and what it must not: one line per event, its cause, and nobody's address.

Each line can name the audit entry that the work at hand goes back to (``cause``) and the web
request it belongs to (``request``). Addresses, numbers and credentials are cut out of every line
and every traceback, because what an exception quotes is not ours to choose.
"""

import logging
import re
import uuid
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

cause: ContextVar[int | None] = ContextVar("cause", default=None)
request: ContextVar[str] = ContextVar("request", default="")

_SECRET = re.compile(
    r"\b(?:sk|rk|pk|whsec|xox[abposr])[-_](?:live_|test_)?[A-Za-z0-9-]{6,}"
    r"|\bBearer\s+[A-Za-z0-9._~+/-]+=*"
    r"|\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)+"
    r"|\bRT-?[A-Za-z0-9-]{16,}"
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
)
# Of bounded length: from each letter of a long word it would otherwise run to the end of it.
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(
    r"\+\d[\d\s().-]{7,17}\d|(?<![\w.-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])"
)
_TOKEN = re.compile(
    r"(/(?:pay|stop|accounts/password/reset/key|accounts/confirm-email)/)(?!done/)[^\s/\"'?]+"
)


def clean(text: str) -> str:
    """The text without mail addresses, phone numbers, link tokens and credentials."""
    text = _SECRET.sub("[secret]", text)
    text = _MAIL.sub("[mail]", text)
    text = _NUMBER.sub("[number]", text)
    return _TOKEN.sub(r"\1[token]", text)


class Context(logging.Filter):
    """Gives each line the cause and the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.cause = cause.get()
        record.request = request.get() or None
        return True


class Plain(logging.Formatter):
    """One readable line, for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        about = "".join(
            f" {name}={value}"
            for name in ("cause", "request")
            if (value := getattr(record, name, None))
        )
        head, *rest = clean(super().format(record)).split("\n")
        return "\n".join([head + about, *rest])


class Json(JsonFormatter):
    """One JSON object per line, for a machine that collects them."""

    def __init__(self, *args, **kwargs):
        names = ["asctime", "levelname", "name", "message", "cause", "request"]
        super().__init__(
            *args,
            fmt=" ".join(f"%({name})s" for name in names),
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            **kwargs,
        )

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))

    def process_log_record(self, log_record: dict) -> dict:
        # Django hangs the whole request on some records.
        kept = {name: value for name, value in log_record.items() if value not in (None, "")}
        for name, value in kept.items():
            if not isinstance(value, str | int | float | bool | list | dict):
                kept[name] = str(value)
        return kept


class NameRequests:
    """Middleware: a number for every request, in the log and in the answer's header."""

    HEADER = "X-Request-ID"
    _GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, incoming):
        given = incoming.headers.get(self.HEADER, "")
        number = given if self._GIVEN.fullmatch(given) else uuid.uuid4().hex
        token = request.set(number)
        try:
            answer = self.get_response(incoming)
        finally:
            request.reset(token)
        answer[self.HEADER] = number
        return answer
