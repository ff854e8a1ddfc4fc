"""QuickBooks' query language: one entity, AND only, literals in single quotes.

SELECT * | COUNT(*) | f1, f2 FROM Entity [WHERE f op v [AND ...]] [ORDERBY f [ASC|DESC], ...]
[STARTPOSITION n] [MAXRESULTS m]
"""

import operator
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from arbook.sandbox.quickbooks.ledger import FILTERABLE, NAME_LISTS, Ledger, Row, position
from arbook.sandbox.quickbooks.refusals import Refusal
from arbook.sandbox.wire import dump

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:\\.|[^'\\])*')|(?P<word>[A-Za-z_][\w.]*|-?\d+(?:\.\d+)?|\*)"
    r"|(?P<sign><=|>=|=|<|>|\(|\)|,))",
    re.S,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
MAX_PAGE = 1000


@dataclass
class Statement:
    entity: str
    fields: list[str]
    count: bool = False
    where: list[tuple[str, str, Any]] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    start: int = 1
    maximum: int = 100

    @property
    def key(self) -> tuple[Any, ...]:
        return self.entity, repr(self.where), tuple(self.order)


def parse(text: str) -> Statement:
    """A statement from its text; Refusal 4000 when it is none, 4001 for a field that may not."""
    return _Parser(text).statement()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.tokens = text, 0, []
        where = 0
        stripped = text.rstrip().rstrip(";")
        while where < len(stripped):
            match = _TOKEN.match(stripped, where)
            if not match:
                raise self._broken(stripped[where : where + 10])
            self.tokens.append((match.lastgroup, match.group(match.lastgroup or 0)))
            where = match.end()

    def _broken(self, found: str) -> Refusal:
        return Refusal("4000", f'QueryParserError: Encountered "{found}" in "{self.text[:200]}"')

    def _peek(self) -> str:
        return self.tokens[self.at][1].upper() if self.at < len(self.tokens) else ""

    def _take(self, *wanted: str) -> str:
        if self.at >= len(self.tokens):
            raise self._broken("<EOF>")
        kind, value = self.tokens[self.at]
        if wanted and (kind == "text" or value.upper() not in wanted):
            raise self._broken(value)
        self.at += 1
        return value

    def statement(self) -> Statement:
        self._take("SELECT")
        fields, count = self._selection()
        self._take("FROM")
        name = self._take()
        entity = next((known for known in FILTERABLE if known.lower() == name.lower()), None)
        if entity is None:
            raise Refusal("4001", f"QueryValidationError: Invalid context declaration: {name}")
        result = Statement(entity, fields, count)
        if self._peek() == "WHERE":
            self._take()
            result.where.append(self._condition(entity))
            while self._peek() == "AND":
                self._take()
                result.where.append(self._condition(entity))
        if self._peek() in ("ORDERBY", "ORDER"):
            if self._take().upper() == "ORDER":
                self._take("BY")
            self._order(result)
        while self._peek() in ("STARTPOSITION", "MAXRESULTS"):
            word, number = self._take().upper(), self._take()
            if not number.isdigit() or int(number) < 1:
                raise self._broken(number)
            if word == "STARTPOSITION":
                result.start = int(number)
            elif int(number) > MAX_PAGE:
                detail = f"QueryValidationError: value {number} is too large. Max allowed is 1000"
                raise Refusal("4001", detail)
            else:
                result.maximum = int(number)
        if self.at < len(self.tokens):
            raise self._broken(self.tokens[self.at][1])
        return result

    def _selection(self) -> tuple[list[str], bool]:
        word = self._take()
        if word.upper() == "COUNT":
            for part in ("(", "*", ")"):
                self._take(part)
            return ["*"], True
        fields = [word]
        while self._peek() == ",":
            self._take()
            fields.append(self._take())
        return fields, False

    def _condition(self, entity: str) -> tuple[str, str, Any]:
        name = self._field(entity)
        sign = self._take().upper()
        if sign == "IN":
            self._take("(")
            values = [self._literal(entity, name)]
            while self._peek() == ",":
                self._take()
                values.append(self._literal(entity, name))
            self._take(")")
            return name, "IN", frozenset(values)
        if sign == "LIKE":
            return name, "LIKE", self._literal(entity, name, like=True)
        if sign not in _COMPARE:
            raise self._broken(sign)
        return name, sign, self._literal(entity, name)

    def _field(self, entity: str) -> str:
        name = self._take()
        known = next((x for x in FILTERABLE[entity] if x.lower() == name.lower()), None)
        if known is None:
            detail = f"QueryValidationError: property '{name}' of {entity} is not queryable"
            raise Refusal("4001", detail, element=name)
        return known

    def _literal(self, entity: str, name: str, *, like: bool = False) -> Any:
        if self.at >= len(self.tokens):
            raise self._broken("<EOF>")
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind == "word" and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if kind != "text":
            raise self._broken(value)
        value = re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.S)
        if like:
            return value
        try:
            return _typed(name, value)
        except ValueError:
            detail = f"QueryValidationError: invalid value '{value}' for {name}"
            raise Refusal("4001", detail) from None

    def _order(self, result: Statement) -> None:
        while True:
            name = self._field(result.entity)
            down = False
            if self._peek() in ("ASC", "DESC"):
                down = self._take().upper() == "DESC"
            result.order.append((name, down))
            if self._peek() != ",":
                return
            self._take()


def _typed(name: str, value: str) -> Any:
    if name == "Id":
        return int(value)
    if name in ("Balance", "CurrentBalance"):
        return float(value)
    if name.startswith("MetaData."):
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            instant = instant.astimezone()
        return instant.timestamp()
    if name == "Active":
        return value.lower() == "true"
    return value


def _test(entity: str, condition: tuple[str, str, Any]) -> Callable[[Row], bool]:
    name, sign, wanted = condition
    at = position(entity, name)
    if sign == "IN":
        return lambda row: row.facts[at] in wanted
    if sign == "LIKE":
        pattern = re.compile(
            "".join(".*" if part == "%" else re.escape(part) for part in re.split("(%)", wanted)),
            re.I | re.S,
        )
        return lambda row: pattern.fullmatch(str(row.facts[at])) is not None
    compare = _COMPARE[sign]
    if isinstance(wanted, str):
        folded = wanted.casefold()
        return lambda row: bool(row.facts[at]) and compare(row.facts[at].casefold(), folded)
    return lambda row: compare(row.facts[at], wanted)


class Engine:
    """Runs statements on a ledger; remembers sorted results until the ledger changes."""

    def __init__(self, remembered: int = 12) -> None:
        self._results: OrderedDict[tuple[Any, ...], list[Row]] = OrderedDict()
        self._remembered = remembered

    def run(self, ledger: Ledger, text: str, time: str) -> bytes:
        """The whole JSON answer to a statement."""
        statement = parse(text)
        rows = self.rows(ledger, statement)
        end = f',"time":"{time}"}}'.encode()
        if statement.count:
            return b'{"QueryResponse":{"totalCount":%d}' % len(rows) + end
        page = rows[statement.start - 1 : statement.start - 1 + statement.maximum]
        if not page:
            return b'{"QueryResponse":{}' + end
        if statement.fields == ["*"]:
            body = b",".join([row.blob for row in page])
        else:
            body = b",".join(dump(_project(row.data, statement.fields)) for row in page)
        return b"".join(
            [
                b'{"QueryResponse":{"',
                statement.entity.encode(),
                b'":[',
                body,
                b'],"startPosition":%d,"maxResults":%d}' % (statement.start, len(page)),
                end,
            ]
        )

    def rows(self, ledger: Ledger, statement: Statement) -> list[Row]:
        """All rows of a statement in order, before paging."""
        key = (ledger.realm, id(ledger), ledger.version, *statement.key)
        if key in self._results:
            self._results.move_to_end(key)
            return self._results[key]
        rows = self._select(ledger, statement)
        self._results[key] = rows
        if len(self._results) > self._remembered:
            self._results.popitem(last=False)
        return rows

    def _select(self, ledger: Ledger, statement: Statement) -> list[Row]:
        entity, table = statement.entity, ledger.of(statement.entity)
        ids = next((v for n, s, v in statement.where if n == "Id" and s in ("=", "IN")), None)
        if ids is not None:
            wanted = ids if isinstance(ids, frozenset) else {ids}
            rows = [table[str(id_)] for id_ in wanted if str(id_) in table]
        else:
            rows = list(table.values())
        conditions = list(statement.where)
        asks_active = any(name == "Active" for name, _, _ in conditions)
        if entity in NAME_LISTS and not asks_active:
            conditions.append(("Active", "=", True))
        for condition in conditions:
            test = _test(entity, condition)
            rows = [row for row in rows if test(row)]
        rows.sort(key=lambda row: row.facts[0])
        for name, down in reversed(statement.order):
            at = position(entity, name)
            rows.sort(key=lambda row: row.facts[at], reverse=down)
        return rows


def _project(data: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    kept = {name.split(".")[0].lower() for name in fields} | {"id", "domain"}
    result = {name: value for name, value in data.items() if name.lower() in kept}
    return result | {"sparse": True}
