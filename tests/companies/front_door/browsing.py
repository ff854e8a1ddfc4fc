"""Somebody at the front door, seen from their browser and from the record."""

from django.test import Client

from arbook.audit.models import Entry

PASSWORD = "correct horse battery"
NEW = "eleven-blue-lamps"
HERE, ELSEWHERE = "203.0.113.5", "198.51.100.9"


def sign_in(client: Client, email: str, password: str = PASSWORD, address: str = HERE):
    return client.post(
        "/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address
    )


def is_in(client: Client) -> bool:
    return client.get("/c/harbor/").status_code == 200


def verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))
