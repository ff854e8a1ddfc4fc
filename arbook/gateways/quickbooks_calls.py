"""How a call to a company's books runs: token, one renewal, what is written down afterwards."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from arbook.gateways import connections, pace, quickbooks_oauth, quickbooks_parse, transport
from arbook.gateways.errors import Refused, Unreachable
from arbook.gateways.models import Connection
from arbook.gateways.quickbooks_faults import NOT_FOUND, LostRights, TokenRejected, fault_in
from arbook.gateways.quickbooks_shapes import Page
from arbook.gateways.quickbooks_wire import BrokenOff, Wire
from arbook.gateways.rehearsal import rehearsed

PAGE_SIZE = 1000
# What these records mean is written in them; others name lists that have to be looked up.
SELF_CONTAINED = frozenset({"Invoice", "Payment", "CreditMemo"})


class Calls:
    """Calls into one company's books, and the few lists that are looked up once."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._names = quickbooks_parse.Names(self._look_up_names)
        self._receivables: frozenset[str] | None = None

    def __repr__(self) -> str:
        return f"<QuickBooks {self._connection.external_id}>"

    def _wire(self, rejected: str = "", *, bulk: bool = False) -> Wire:
        """What the next request goes out on, when its turn has come."""
        token = quickbooks_oauth.access_token(self._connection, rejected=rejected)
        pace.take(self._connection.external_id, bulk=bulk)
        return Wire(realm=self._connection.external_id, token=token)

    @rehearsed
    def _call(
        self, ask: Callable[[Wire], Any], first: Future | None = None, *, bulk: bool = False
    ) -> Any:
        """One answer: a refused token is renewed once, lost access is written down.

        ``first`` is a first attempt already under way. ``bulk`` lets others go ahead.
        """
        transport.leave_house()
        with connections.asking(self._connection):
            try:
                answer = self._answer(ask, first, bulk)
            except TokenRejected as error:
                raise connections.needs_reconnecting(self._connection, str(error)) from None
            except LostRights as error:
                connections.needs_reconnecting(self._connection, str(error))
                raise
            except BrokenOff as error:
                raise Unreachable(str(error)) from None
        connections.note_success(self._connection)
        return answer

    def _answer(self, ask: Callable[[Wire], Any], first: Future | None, bulk: bool) -> Any:
        used = self._connection.secrets.get("access_token", "")
        try:
            if first is not None:
                return first.result()
            wire = self._wire(bulk=bulk)
            used = self._connection.secrets["access_token"]
            return ask(wire)
        except TokenRejected:
            return ask(self._wire(rejected=used, bulk=bulk))
        except BrokenOff:
            return ask(self._wire(bulk=bulk))

    def _fetch(self, entity: str, where: str, start: int, size: int) -> Callable[[Wire], list]:
        statement = (
            f"SELECT * FROM {entity}{condition(entity, where)}"  # noqa: S608 (not our database)
            f" ORDERBY Id STARTPOSITION {start} MAXRESULTS {size}"
        )

        def fetch(wire: Wire) -> list:
            answer = wire.ask("query", statement)
            return (answer.get("QueryResponse") or {}).get(entity) or []

        return fetch

    def _reading(
        self, entity: str, where: str, start: int, size: int, seen: frozenset[str]
    ) -> Callable[[Wire], tuple[list[str], Page | list]]:
        """Fetches a page: the ids of its records, and those not ``seen`` yet, parsed where that
        takes no second call: another thread than the caller's may be at work."""
        fetch = self._fetch(entity, where, start, size)

        def read(wire: Wire) -> tuple[list[str], Page | list]:
            records = fetch(wire)
            ids = [id_of(raw) for raw in records]
            fresh = [raw for raw, id in zip(records, ids, strict=True) if id not in seen]
            return ids, self._page(entity, fresh) if entity in SELF_CONTAINED else fresh

        return read

    def _changed(
        self, entities: Iterable[str], stamp: str
    ) -> tuple[dict[str, list], datetime | None]:
        answer = self._call(
            lambda wire: wire.ask("change_data_capture", ",".join(entities), stamp), bulk=True
        )
        records: dict[str, list] = {}
        for response in answer.get("CDCResponse") or []:
            for part in response.get("QueryResponse") or []:
                if fault := fault_in(part):
                    raise Refused(f"QuickBooks refused: {fault.text}", code=fault.code)
                for entity in entities:
                    records.setdefault(entity, []).extend(part.get(entity) or [])
        time = answer.get("time")
        return records, quickbooks_parse.instant(time) if time else None

    def _one(self, entity: str, id: str) -> Any:
        try:
            answer = self._call(lambda wire: wire.ask("get_single_object", entity, checked_id(id)))
        except Refused as error:
            if error.code == NOT_FOUND:
                return None
            raise
        raw = answer.get(entity)
        if quickbooks_parse.is_tombstone(raw):
            return None
        page = self._page(entity, [raw])
        if page.broken:
            reason = page.broken[0].reason
            raise Refused(f"{entity} {id} cannot be read: {reason}", code="unreadable")
        return page.rows[0]

    def _page(self, entity: str, records: list) -> Page:
        receivables = frozenset()
        if entity == "JournalEntry" and records:
            receivables = self._receivable_accounts()
        return quickbooks_parse.page(entity, records, names=self._names, receivables=receivables)

    def _receivable_accounts(self) -> frozenset[str]:
        if self._receivables is None:
            where = "AccountType = 'Accounts Receivable'"
            try:
                records = self._call(self._fetch("Account", where, 1, PAGE_SIZE))
            except Refused:
                records = []  # then every line that names a customer counts
            self._receivables = frozenset(map(id_of, records))
        return self._receivables

    def _look_up_names(self, entity: str) -> Mapping[str, str]:
        try:
            records = self._call(self._fetch(entity, "", 1, PAGE_SIZE))
        except Refused:
            return {}  # not offered by this edition of QuickBooks
        return {id_of(raw): str(raw.get("Name") or "") for raw in records}


def condition(entity: str, where: str) -> str:
    # Without naming both, QuickBooks hides inactive customers, balances included.
    conditions = ["Active IN (true, false)"] if entity == "Customer" else []
    conditions += [where] if where else []
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def id_of(raw: Any) -> str:
    return str(raw.get("Id") or "") if isinstance(raw, Mapping) else ""


def checked_id(id: str) -> str:
    if not (id.isascii() and id.replace("-", "").replace(":", "").isalnum() and len(id) <= 40):
        raise Refused("That is not an id of QuickBooks.", code=NOT_FOUND)
    return id
