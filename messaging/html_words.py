"""A mail in HTML as plain words: nothing runs, nothing is fetched, what was hidden is left."""

import re
from html.parser import HTMLParser

LONGEST = 500_000
DEEPEST = 200

SILENT = {"script", "style", "head", "title", "template", "svg", "object", "noscript", "select"}
# Tags that never have an end.
EMPTY = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
    *("track", "wbr"),
}
BLOCKS = {
    *("address", "article", "blockquote", "center", "div", "dl", "dt", "dd", "fieldset", "footer"),
    *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre"),
    *("section", "table", "tr", "ul"),
}
APART = {"p", "blockquote", "h1", "h2", "h3", "table", "ul", "ol"}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.I)
# How mail programs mark what they quote.
QUOTES = re.compile(r"\b(?:gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote)\b")
SPACES = re.compile(r"[ \t\r\n\f\v]+")
EMPTY_LINES = re.compile(r"\n{3,}")


def words(html: str) -> str:
    """The text a reader would see; quoted blocks have ``>`` before each line."""
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        # Open tags: name, whether it is silent, whether it is a quote, where a link leads.
        self._open: list[tuple[str, bool, bool, str]] = []
        self._silent = self._quotes = 0
        self._lines: list[tuple[int, str]] = []
        self._line = ""
        self._link_text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line()
        elif tag in BLOCKS or tag in ("td", "th"):
            self._between(tag)
        if tag in EMPTY or len(self._open) > DEEPEST:
            return
        named = {name: value or "" for name, value in attrs}
        silent = tag in SILENT or bool(HIDDEN.search(named.get("style", "")))
        quote = tag == "blockquote" or bool(QUOTES.search(named.get("class", "")))
        quote = quote and not silent
        self._silent += silent
        if quote and not self._quotes:
            self._end_line()
        self._quotes += quote
        if tag == "a":
            self._link_text = ""
        self._open.append((tag, silent, quote, named.get("href", "") if tag == "a" else ""))

    def handle_endtag(self, tag: str) -> None:
        if not any(one[0] == tag for one in self._open):
            return
        if tag in BLOCKS:
            self._between(tag)
        while self._open:
            name, silent, quote, href = self._open.pop()
            if href:
                self._add_link(href)
            if quote:
                self._end_line()
            self._silent -= silent
            self._quotes -= quote
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        text = SPACES.sub(" ", data)
        if not self._line:
            text = text.lstrip()
        self._line += text
        self._link_text += text

    def text(self) -> str:
        self._end_line()
        lines = [f"{'> ' * min(depth, 3)}{line}".rstrip() for depth, line in self._lines]
        return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip().rstrip(">\n ")

    def _add_link(self, href: str) -> None:
        shown = self._link_text.strip()
        if self._silent or not href.lower().startswith(("http://", "https://")):
            return
        if href.rstrip("/") not in shown and len(href) < 300:
            self._line += f" <{href}>"

    def _between(self, tag: str) -> None:
        if self._silent:
            return
        if tag in ("td", "th"):
            self._line += " " if self._line and not self._line.endswith(" ") else ""
            return
        if self._line.strip():
            self._end_line()
        if tag in APART and self._lines and self._lines[-1][1]:
            self._lines.append((self._quotes, ""))
        if tag == "li":
            self._line = "- "

    def _end_line(self) -> None:
        if self._silent:
            return
        self._lines.append((self._quotes, self._line.strip()))
        self._line = ""
