"""Rows written in bulk: text is made storable; see tests/invoices/test_sync.py for the rest."""

from arbook.upsert import storable


def test_text_is_kept_as_postgres_can_store_it():
    assert storable("plain") == "plain"
    assert storable("Süß") == "Süß"
    assert storable("a\x00b") == "ab"
    assert storable("half \ud83d pair") == "half ? pair"
