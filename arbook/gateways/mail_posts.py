"""What a mail provider posted, as bytes; read the way django-anymail wants to see a request."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import parse_qsl

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

MOST_PARTS = 500


@dataclass(frozen=True)
class Post:
    """One post: its type, its body, and the proof in its head."""

    type: str
    body: bytes
    authorization: str | None = None

    def as_content(self) -> dict:
        """For keeping: text where it is text, so that an address in it can be found again."""
        try:
            return {"type": self.type[:300], "body": self.body.decode(), "charset": "utf-8"}
        except UnicodeDecodeError:
            text = self.body.decode("latin-1")
            return {"type": self.type[:300], "body": text, "charset": "latin-1"}

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

    def as_request(self) -> HttpRequest:
        """The post as a request of Django, its form read whatever its size."""
        request = HttpRequest()
        request.method, request.content_type, request.content_params = "POST", self.kind, {}
        request._body = self.body
        if self.authorization:
            request.META["HTTP_AUTHORIZATION"] = self.authorization
        fields = QueryDict(mutable=True)
        files: MultiValueDict = MultiValueDict()
        if self.kind == "application/x-www-form-urlencoded":
            text = self.body.decode("utf-8", "replace")
            for name, value in parse_qsl(text, keep_blank_values=True):
                fields.appendlist(name, value)
        elif self.kind == "multipart/form-data":
            for head, content in _parts(self):
                name, filename = _named(head)
                if filename is None:
                    fields.appendlist(name, content.decode("utf-8", "replace"))
                else:
                    kind = head.get_content_type()
                    files.appendlist(name, SimpleUploadedFile(filename or "file", content, kind))
        request.POST, request.FILES = fields, files
        return request


def _parts(post: Post):
    """The parts of a multipart form: head and content, byte for byte."""
    outer = Message()
    outer["Content-Type"] = post.type
    boundary = outer.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        return
    pieces = (b"\r\n" + post.body).split(b"\r\n--" + boundary.encode("utf-8", "replace"))
    for piece in pieces[1 : MOST_PARTS + 1]:
        if piece.startswith(b"--"):
            return
        head, gap, content = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if gap:
            yield BytesHeaderParser().parsebytes(head), content


def _named(head: Message) -> tuple[str, str | None]:
    name = head.get_param("name", "", "content-disposition")
    filename = head.get_param("filename", None, "content-disposition")
    if isinstance(filename, tuple):
        filename = filename[2]
    return str(name), filename
