"""The accounting API's paths: which function answers, and what holds for all of them."""

import json
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from arbook.sandbox import clock
from arbook.sandbox.quickbooks import reports
from arbook.sandbox.quickbooks.documents import invoice_pdf, send_invoice, upload_files
from arbook.sandbox.quickbooks.ledger import FILTERABLE
from arbook.sandbox.quickbooks.refusals import Refusal, tid
from arbook.sandbox.wire import Request, Response, Routes, dump

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks.books import Books

routes = Routes()
BY_PATH = {entity.lower(): entity for entity in FILTERABLE}
CDC_DAYS = 30
CDC_MOST = 1000
NOT_IN_CDC = {"TaxCode", "TaxRate", "TaxAgency", "TimeActivity", "JournalCode"}
_ROOT = "/v3/company/{realm}"


def answer(books: "Books", data: dict[str, Any]) -> Response:
    return Response.json(data | {"time": books.ledger.local(clock.now())})


def operation(
    request: Request, function: Callable[..., Any], named: dict[str, str]
) -> tuple[str, str]:
    """What a call is named in counts and faults: `query.invoice`, `payment.create`, `cdc`, ..."""
    if function is query:
        text = statement_of(request)
        words = text.replace("\n", " ").split()
        at = next((i for i, word in enumerate(words) if word.upper() == "FROM"), -1)
        entity = words[at + 1].lower() if 0 <= at < len(words) - 1 else "unknown"
        return f"query.{entity}", text[:200]
    if function is write:
        return f"{named['entity'].lower()}.{_verb(request)}", ""
    if function is read:
        return f"{named['entity'].lower()}.read", ""
    return {
        change_data_capture: "cdc",
        batch: "batch",
        company_info: "companyinfo.read",
        preferences: "preferences.read",
        pdf: "invoice.pdf",
        send: "invoice.send",
        upload: "upload",
        report: "report",
    }[function], named.get("name", "")


def _verb(request: Request) -> str:
    asked = request.first("operation")
    if asked in ("delete", "void"):
        return asked
    if request.first("include") == "void":
        return "void"
    return "update" if b'"Id"' in request.body and _has_id(request) else "create"


def _has_id(request: Request) -> bool:
    try:
        return bool(request.json().get("Id"))
    except (ValueError, AttributeError):
        return False


def once(books: "Books", request: Request, act: Callable[[], Response]) -> Response:
    """The same requestid gives the first answer again and changes nothing."""
    key = request.first("requestid")
    if not key or request.method != "POST":
        return act()
    if len(key) > 50:
        raise Refusal("2010", "requestid is longer than 50 characters", element="requestid")
    if key in books.ledger.requests:
        status, body = books.ledger.requests[key]
        return Response(status, body)
    response = act()
    books.ledger.requests[key] = (response.status, response.body)
    return response


def finish(request: Request, response: Response) -> Response:
    """Headers of every answer; XML for whoever did not ask for JSON."""
    response.headers.setdefault("intuit_tid", tid())
    accept = request.headers.get("accept", "")
    if response.content_type == "application/json" and "json" not in accept:
        data = json.loads(response.body)
        head = '<?xml version="1.0" encoding="UTF-8"?>'
        opening = '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3">'
        response.body = (head + opening + _xml(data) + "</IntuitResponse>").encode()
        response.content_type = "application/xml"
    return response


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        parts = []
        for name, inner in value.items():
            for item in inner if isinstance(inner, list) else [inner]:
                parts.append(f"<{name}>{_xml(item)}</{name}>")
        return "".join(parts)
    return "" if value is None else escape(str(value))


def statement_of(request: Request) -> str:
    if request.method == "GET":
        return request.first("query")
    return request.body.decode("utf-8", "replace") or request.first("query")


@routes.on("GET", _ROOT + "/query")
@routes.on("POST", _ROOT + "/query")
def query(books: "Books", request: Request) -> Response:
    time = books.ledger.local(clock.now())
    return Response(200, books.quickbooks.engine.run(books.ledger, statement_of(request), time))


@routes.on("GET", _ROOT + "/cdc")
def change_data_capture(books: "Books", request: Request) -> Response:
    names = [name.strip() for name in request.first("entities").split(",") if name.strip()]
    try:
        since = datetime.fromisoformat(request.first("changedSince"))
    except ValueError:
        raise Refusal("2010", "changedSince is not a date", element="changedSince") from None
    if since.tzinfo is None:
        since = since.replace(tzinfo=ZoneInfo(books.ledger.timezone))
    start = since.timestamp()
    if clock.stamp() - start > CDC_DAYS * 86400 + 3600:
        raise Refusal("6000", "changedSince may be at most 30 days in the past")
    room, parts = CDC_MOST, []
    for name in names:
        entity = BY_PATH.get(name.lower())
        if entity is None or entity in NOT_IN_CDC:
            raise Refusal("2010", f"Invalid entity for CDC: {name}", element="entities")
        rows = [row for row in books.ledger.of(entity).values() if row.updated >= start]
        rows.sort(key=lambda row: row.updated)
        blobs = [row.blob for row in rows]
        for stone in books.ledger.tombstones:
            if stone.entity == entity and stone.at >= start:
                meta = {"LastUpdatedTime": books.ledger.local_stamp(stone.at)}
                gone = {"domain": "QBO", "status": "Deleted", "Id": stone.id, "MetaData": meta}
                blobs.append(dump(gone))
        blobs = blobs[:room]
        room -= len(blobs)
        if not blobs:
            parts.append(b"{}")
            continue
        parts.append(
            b'{"%s":[%s],"startPosition":1,"maxResults":%d,"totalCount":%d}'
            % (entity.encode(), b",".join(blobs), len(blobs), len(blobs))
        )
    time = books.ledger.local(clock.now()).encode()
    body = b'{"CDCResponse":[{"QueryResponse":[%s]}],"time":"%s"}' % (b",".join(parts), time)
    return Response(200, body)


@routes.on("POST", _ROOT + "/batch")
def batch(books: "Books", request: Request) -> Response:
    items = _body(request).get("BatchItemRequest") or []
    if len(items) > 30:
        raise Refusal("6000", "A batch may hold at most 30 items")
    results = []
    for item in items:
        entry: dict[str, Any] = {"bId": item.get("bId", "")}
        try:
            entry |= _batch_item(books, item)
        except Refusal as refusal:
            entry["Fault"] = refusal.fault
        results.append(entry)
    return answer(books, {"BatchItemResponse": results})


def _batch_item(books: "Books", item: dict[str, Any]) -> dict[str, Any]:
    if "Query" in item:
        time = books.ledger.local(clock.now())
        found = json.loads(books.quickbooks.engine.run(books.ledger, item["Query"], time))
        return {"QueryResponse": found["QueryResponse"]}
    entity = next((name for name in item if name in FILTERABLE), None)
    if entity is None:
        raise Refusal("2010", "Unsupported batch item")
    return _perform(books, entity, item[entity], item.get("operation", "create"))


def _perform(books: "Books", entity: str, data: dict[str, Any], verb: str) -> dict[str, Any]:
    if verb == "delete":
        gone = books.delete(entity, str(data.get("Id")), data.get("SyncToken"))
        return {entity: gone}
    if verb == "void":
        return {entity: books.void(entity, str(data.get("Id")), data.get("SyncToken"))}
    if verb == "update" or data.get("Id"):
        return {entity: books.update(entity, data)}
    return {entity: books.create(entity, data)}


@routes.on("GET", _ROOT + "/companyinfo/{id_}")
def company_info(books: "Books", request: Request, id_: str) -> Response:
    ledger = books.ledger
    return answer(
        books,
        {
            "CompanyInfo": {
                "CompanyName": ledger.name,
                "LegalName": ledger.name,
                "CompanyAddr": {"Id": "1", **ledger.address},
                "Email": {"Address": ledger.email},
                "PrimaryPhone": {"FreeFormNumber": ledger.phone},
                "Country": "US",
                "FiscalYearStartMonth": "January",
                "SupportedLanguages": "en",
                "NameValue": [{"Name": "OfferingSku", "Value": "QuickBooks Online Plus"}],
                "domain": "QBO",
                "sparse": False,
                "Id": "1",
                "SyncToken": "4",
                "MetaData": {"CreateTime": "2022-03-01T09:00:00-08:00"},
            }
        },
    )


@routes.on("GET", _ROOT + "/preferences")
def preferences(books: "Books", request: Request) -> Response:
    meta = {"domain": "QBO", "sparse": False, "Id": "1", "SyncToken": "1"}
    return answer(books, {"Preferences": books.ledger.preferences | meta})


@routes.on("GET", _ROOT + "/reports/{name}")
def report(books: "Books", request: Request, name: str) -> Response:
    builders = {
        "agedreceivables": reports.summary,
        "agedreceivabledetail": reports.detail,
    }
    builder = builders.get(name.lower())
    if builder is None:
        raise Refusal("2010", f"Unknown report {name}")
    return Response.json(builder(books, request))


@routes.on("GET", _ROOT + "/invoice/{id_}/pdf")
def pdf(books: "Books", request: Request, id_: str) -> Response:
    return Response(200, invoice_pdf(books, id_), "application/pdf")


@routes.on("POST", _ROOT + "/invoice/{id_}/send")
def send(books: "Books", request: Request, id_: str) -> Response:
    return answer(books, {"Invoice": send_invoice(books, id_, request.first("sendTo"))})


@routes.on("POST", _ROOT + "/upload")
def upload(books: "Books", request: Request) -> Response:
    return answer(books, {"AttachableResponse": upload_files(books, request)})


@routes.on("GET", _ROOT + "/{entity}/{id_}")
def read(books: "Books", request: Request, entity: str, id_: str) -> Response:
    name = _entity(entity)
    body = b'{"%s":%s,"time":"%s"}' % (
        name.encode(),
        books.row(name, id_).blob,
        books.ledger.local(clock.now()).encode(),
    )
    return Response(200, body)


@routes.on("POST", _ROOT + "/{entity}")
def write(books: "Books", request: Request, entity: str) -> Response:
    name = _entity(entity)
    return answer(books, _perform(books, name, _body(request), _verb(request)))


def _entity(path: str) -> str:
    if path.lower() not in BY_PATH:
        raise Refusal("2010", f"Unsupported operation on {path}")
    return BY_PATH[path.lower()]


def _body(request: Request) -> dict[str, Any]:
    try:
        data = request.json()
    except ValueError:
        raise Refusal("2010", "Unexpected Internal Error: the body is not JSON") from None
    if not isinstance(data, dict):
        raise Refusal("2010", "The body must be an object")
    return data
