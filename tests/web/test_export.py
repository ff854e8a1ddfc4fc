import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from arbook.web import export

HEADER = ["Customer", "Balance", "Due"]
ROWS = [
    ['=HYPERLINK("http://bad")', Decimal("1240.00"), date(2026, 3, 4)],
    ["Café Núñez", Decimal("-75.25"), None],
]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+SUM(A1)", "'+SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("@import", "'@import"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("\uff1dSUM(A1)", "'\uff1dSUM(A1)"),
        ("\uff0b1+1", "'\uff0b1+1"),
        ("\uff0dcmd", "'\uff0dcmd"),
        ("\uff20import", "'\uff20import"),
        (" =1+1", "' =1+1"),
        ("\ufeff=1+1", "'\ufeff=1+1"),
        ("\u200b@import", "'\u200b@import"),
        ("-75.25", "-75.25"),
        ("+18605550123", "+18605550123"),
        (Decimal("-75.25"), Decimal("-75.25")),
        (-3, -3),
        (None, ""),
        (True, "yes"),
        ("O'Hara", "O'Hara"),
    ],
)
def test_a_cell_that_could_run_is_made_text_and_numbers_stay_numbers(value, cell):
    assert export.neutral(value) == cell


@given(st.text())
def test_no_text_leaves_as_a_formula(text):
    cell = export.neutral(text)

    assert not cell.startswith(("=", "@", "\t", "\r"))
    assert not cell.startswith(("+", "-")) or export._is_number(cell)


def test_a_csv_streams_the_rows_as_seen():
    response = export.as_csv(name="Open invoices, May", header=HEADER, rows=ROWS)

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        HEADER,
        ['\'=HYPERLINK("http://bad")', "1240.00", "2026-03-04"],
        ["Café Núñez", "-75.25", ""],
    ]
    assert response["Content-Disposition"] == 'attachment; filename="open-invoices-may.csv"'


def test_a_workbook_keeps_amounts_and_days_as_what_they_are():
    response = export.as_xlsx(name="Open/invoices", header=HEADER, rows=ROWS)

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("Customer", "Balance", "Due")
    assert rows[1][0] == '\'=HYPERLINK("http://bad")'
    assert rows[1][1] == 1240
    assert rows[1][2].date() == date(2026, 3, 4)
    assert rows[2][1] == -75.25
    assert "openinvoices.xlsx" in response["Content-Disposition"]


def test_marks_that_no_workbook_can_hold_are_left_out():
    response = export.as_xlsx(name="x", header=["a"], rows=[["bell\x07 and null\x00"]])

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert sheet["A2"].value == "bell and null"


def test_an_unknown_kind_is_no_page():
    with pytest.raises(Http404):
        export.as_file("pdf", name="x", header=[], rows=[])


def test_a_workbook_opened_again_holds_no_formula_and_true_numbers():
    rows = [[text, Decimal("-12.50"), -3] for text in ("=1+1", "\uff1dSUM(A1)", "@x", "+cmd")]

    answer = export.as_xlsx(name="Risky", header=["=Name", "Balance", "Days"], rows=rows)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active

    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    for row in sheet.iter_rows(min_row=2):
        assert row[0].data_type == "s"
        assert (row[1].value, row[2].value) == (-12.5, -3)
        assert row[1].data_type == row[2].data_type == "n"


def test_a_csv_begins_with_the_mark_that_excel_reads():
    answer = export.as_csv(name="x", header=["Name"], rows=[["Café"]])

    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf")
