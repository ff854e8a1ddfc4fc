"""Where the pages of invoices live, and what stands on them."""

import csv
import io
import re

from django.urls import reverse


def aging_url(company, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('invoices:aging', args=[company.slug])}?{query}"


def list_url(company, query=""):
    return reverse("invoices:list", args=[company.slug]) + query


def shown(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def foot(response) -> str:
    return re.search(r"<tfoot>.*</tfoot>", response.content.decode(), re.S).group()


def lines(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))
