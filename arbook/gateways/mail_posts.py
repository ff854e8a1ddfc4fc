"""What a mail provider posted, as bytes; read the way django-anymail wants to see a request.

The body may be a file mapped into memory: nothing here copies the whole of it while it is not
known from whom it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from mmap import mmap
from urllib.parse import parse_qsl

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

MOST_PARTS = 500
LONGEST_HEAD = 10_000


@dataclass(frozen=True)
class Post:
    """One post: its type, its body, and the proof in its head."""

    type: str
    body: bytes | mmap
    authorization: str | None = None
    signature: str | None = None

    def as_content(self) -> dict:
        """For keeping: text where it is text, so that an address in it can be found again."""
        body, charset = bytes(self.body), "utf-8"
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text, charset = body.decode("latin-1"), "latin-1"
        return {"type": self.type[:300], "body": text, "charset": charset}

    @classmethod
    def of_content(cls, content: dict) -> "Post":
        """What was kept, as it came."""
        charset = "latin-1" if content.get("charset") == "latin-1" else "utf-8"
        return cls(
            content.get("type") or "", (content.get("body") or "").encode(charset, "replace")
        )

    @property
    def kind(self) -> str:
        return self.type.partition(";")[0].strip().lower()

    def as_request(self, *, longest: int | None = None) -> HttpRequest:
        """The post as a request of Django, its form read whatever its size.

        With ``longest`` only fields up to that many bytes are read; the proof of who sent it is
        among them.
        """
        request = HttpRequest()
        request.method, request.content_type, request.content_params = "POST", self.kind, {}
        request._body = self.body  # type: ignore[attr-defined]
        for name, value in (
            ("HTTP_AUTHORIZATION", self.authorization),
            ("HTTP_SIGNATURE", self.signature),
        ):
            if value:
                request.META[name] = value
        fields = QueryDict(mutable=True)
        files: MultiValueDict = MultiValueDict()
        if self.kind == "application/x-www-form-urlencoded":
            for piece in _pieces(self.body, longest):
                for name, value in parse_qsl(piece.decode("utf-8", "replace"), True):
                    fields.appendlist(name, value)
        elif self.kind == "multipart/form-data":
            for head, content in _parts(self, longest):
                name, filename = _named(head)
                if filename is None:
                    fields.appendlist(name, content.decode("utf-8", "replace"))
                else:
                    kind = head.get_content_type()
                    files.appendlist(name, SimpleUploadedFile(filename or "file", content, kind))
        request.POST, request.FILES = fields, files  # type: ignore[assignment]
        return request


def _pieces(body: bytes | mmap, longest: int | None) -> Iterator[bytes]:
    """The fields of a form as they stand between ampersands."""
    start, seen = 0, 0
    while start < len(body) and seen < MOST_PARTS:
        end = body.find(b"&", start)
        end = len(body) if end < 0 else end
        if longest is None or end - start <= longest:
            yield body[start:end]
        start, seen = end + 1, seen + 1


def _parts(post: Post, longest: int | None) -> Iterator[tuple[Message, bytes]]:
    """The parts of a multipart form: head and content, byte for byte."""
    outer = Message()
    outer["Content-Type"] = post.type
    named = outer.get_param("boundary")
    if not isinstance(named, str) or not named:
        return
    body, mark = post.body, b"--" + named.encode("utf-8", "replace")
    at = 0 if body[: len(mark)] == mark else body.find(b"\r\n" + mark)
    for _ in range(MOST_PARTS):
        if at < 0:
            return
        # The first stands at the very beginning, the others on a line of their own.
        start = at + len(mark) + (2 if body[at : at + 2] == b"\r\n" else 0)
        if body[start : start + 2] == b"--":
            return
        at = body.find(b"\r\n" + mark, start)
        end = len(body) if at < 0 else at
        gap = body.find(b"\r\n\r\n", start, min(end, start + LONGEST_HEAD))
        if gap >= 0 and (longest is None or end - gap <= longest):
            head = body[start:gap].lstrip(b" \t").removeprefix(b"\r\n")
            yield BytesHeaderParser().parsebytes(head), body[gap + 4 : end]


def _named(head: Message) -> tuple[str, str | None]:
    name = head.get_param("name", "", "content-disposition")
    filename = head.get_param("filename", None, "content-disposition")
    if isinstance(filename, tuple):
        filename = filename[2]
    return str(name), filename
