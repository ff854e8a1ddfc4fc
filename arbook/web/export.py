"""Rows as a file: CSV as a stream, XLSX from a temporary file. Exactly the rows given."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Also as the wide letters of East Asian keyboards, which spreadsheet programs read alike.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# What a program may skip before it looks at the first letter.
SKIPPED = " \u00a0\u3000\u200b\u200c\u200d\u2060\ufeff\x00"


def exporting(request) -> str:
    """Why the password is asked for once more; empty when the page is only looked at."""
    if "kind" not in request.resolver_match.kwargs and not request.GET.get("export"):
        return ""
    return (
        "A file leaves the house with everything in it: please show that it is you. "
        "The page you come from opens again afterwards."
    )


def neutral(value: Any) -> Any:
    """The value as a cell that no spreadsheet program runs as a formula. Numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal | date):
        return value
    text = str(value)
    if text.lstrip(SKIPPED).startswith(FORMULA) and not _is_number(text):
        return f"'{text}"
    return text


def as_file(
    kind: str, *, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """``kind`` is ``csv`` or ``xlsx``; any other is a page that does not exist."""
    if kind == "csv":
        return as_csv(name=name, header=header, rows=rows)
    if kind == "xlsx":
        return as_xlsx(name=name, header=header, rows=rows)
    raise Http404("Exports are CSV or XLSX.")


def as_csv(
    *, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A streamed CSV with a byte order mark, so that Excel reads accents right."""
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def as_xlsx(*, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """A workbook with one sheet, written row by row; amounts and days keep their types."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31].translate({ord(mark): " " for mark in r"[]:*?/\\"}))
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, title) for title in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{file_name(name)}.xlsx", content_type=XLSX
    )


def file_name(name: str) -> str:
    """A name that every system and header takes."""
    return slugify(name) or "export"


class _Echo:
    """A file that hands every line straight back."""

    def write(self, line: str) -> str:
        return line


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([neutral(title) for title in header])
    for row in rows:
        yield writer.writerow([_plain(value) for value in row])


def _plain(value: Any) -> Any:
    value = neutral(value)
    if isinstance(value, datetime):
        return _local(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else value


def _cell(sheet, value: Any) -> Any:
    value = neutral(value)
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "#,##0.00"
        return cell
    if isinstance(value, datetime):
        return _local(value).replace(tzinfo=None)
    if isinstance(value, str):
        # Control marks cannot live in XML; a leading sign must not make a formula.
        cell = WriteOnlyCell(sheet, "".join(c for c in value if c >= " " or c in "\t\n"))
        cell.data_type = "s"
        return cell
    return value


def _bold(sheet, title: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, neutral(str(title)))
    cell.data_type = "s"
    cell.font = Font(bold=True)
    return cell


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _is_number(text: str) -> bool:
    try:
        return Decimal(text.strip().replace(",", "")).is_finite()
    except ArithmeticError:
        return False
