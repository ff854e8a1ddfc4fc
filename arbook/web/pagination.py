"""Pages of long lists that are not tables."""

from collections.abc import Sequence

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 50


def page_of(
    request: HttpRequest, rows: QuerySet | Sequence, *, per_page: int = PER_PAGE, name: str = "page"
) -> Page:
    """The page the address asks for; nonsense and too high numbers become the nearest real one."""
    return Paginator(rows, per_page).get_page(request.GET.get(name))
