import re
from decimal import Decimal
from pathlib import Path

import django_tables2
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.template.loader import render_to_string

from arbook.web import views
from arbook.web.tables import MoneyColumn, Table

FORBIDDEN = re.compile(
    r"""\sstyle=|\son[a-z]+=["']|hx-on|<style|<script(?![^>]*(?:\ssrc=|json))""", re.I
)


@pytest.fixture
def request_(rf):
    request = rf.get("/styleguide/")
    request.user = AnonymousUser()
    request._messages = CookieStorage(request)
    return request


class Balances(Table):
    customer = django_tables2.Column()
    balance = MoneyColumn(total=True)


def test_the_styleguide_shows_every_part_without_breaking_the_content_policy(request_):
    html = views.styleguide(request_).content.decode()

    assert "Styleguide" in html
    assert not FORBIDDEN.search(html)


def test_the_styleguide_is_not_there_in_production(request_, settings):
    settings.DEBUG = settings.DEVELOPMENT = False

    with pytest.raises(views.Http404):
        views.styleguide(request_)


@pytest.mark.parametrize("page", ["404", "403", "400", "403_csrf", "500"])
def test_error_pages_render_without_any_context(page):
    assert "</html>" in render_to_string(f"{page}.html")


def test_no_template_of_ours_carries_inline_script_or_style():
    root = Path(settings.BASE_DIR) / "templates"
    # What is handed out as a file is read without us, and without our stylesheet.
    ours = [path for path in root.rglob("*.html") if path.name != "evidence_file.html"]
    guilty = [path.name for path in ours if FORBIDDEN.search(path.read_text())]

    assert guilty == []


def test_the_foot_of_a_table_adds_up_all_pages(request_):
    rows = [{"customer": f"c{n}", "balance": Decimal("10.01")} for n in range(7)]
    table = Balances(rows)
    table.paginate(per_page=3)

    html = table.as_html(request_)

    assert "$70.07" in html
    assert "1–3 of 7 rows" in re.sub(r"\s+", " ", html)


def test_a_table_tells_no_rows_from_no_matching_rows(request_):
    assert "Nothing here" in Balances([]).as_html(request_)
    assert "Clear the filters" in Balances([], is_filtered=True).as_html(request_)


@pytest.mark.parametrize(
    ("wanted", "kept"), [("dark", "dark"), ("light", "light"), ("", ""), ("<script>", "")]
)
def test_the_choice_of_colours_is_kept_in_a_cookie(rf, wanted, kept):
    response = views.theme(rf.post("/theme/", {"theme": wanted, "next": "/c/harbor/"}))

    assert response.url == "/c/harbor/"
    assert response.cookies["theme"].value == kept


def test_the_way_back_never_leads_to_another_site(rf):
    response = views.theme(rf.post("/theme/", {"theme": "dark", "next": "https://evil.example/"}))

    assert response.url == "/"
