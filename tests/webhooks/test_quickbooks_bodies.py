"""Both shapes of a QuickBooks notification, and what is neither."""

import json

import pytest

from arbook.webhooks.quickbooks_bodies import read

CLOUD = {
    "specversion": "1.0",
    "id": "e-1",
    "type": "qbo.invoice.updated.v1",
    "time": "2026-11-20T15:01:02.179851517Z",
    "intuitentityid": "130",
    "intuitaccountid": "310687",
    "data": {},
}
LEGACY = {
    "eventNotifications": [
        {
            "realmId": "310687",
            "dataChangeEvent": {
                "entities": [
                    {
                        "name": "Invoice",
                        "id": "130",
                        "operation": "Update",
                        "lastUpdated": "2026-07-01T20:52:31.657Z",
                    },
                    {"name": "Payment", "id": "9", "operation": "Void", "lastUpdated": ""},
                ]
            },
        }
    ]
}


def _read(body):
    return read(json.dumps(body).encode())


def test_a_cloud_event_names_company_document_and_verb():
    (item,), trouble = _read([CLOUD])

    assert (item.realm, item.external_id, item.kind) == ("310687", "e-1", "invoice.updated")
    assert item.content["id"] == "130"
    assert trouble == ""


def test_one_body_may_speak_of_several_companies():
    items, _ = _read([CLOUD, CLOUD | {"id": "e-2", "intuitaccountid": "999"}])

    assert [item.realm for item in items] == ["310687", "999"]


def test_the_older_shape_reads_the_same():
    items, _ = _read(LEGACY)

    assert [item.kind for item in items] == ["invoice.updated", "payment.voided"]


def test_an_older_event_has_the_same_key_each_time_and_another_one_has_another():
    first, _ = _read(LEGACY)
    again, _ = _read(LEGACY)

    assert [one.external_id for one in first] == [one.external_id for one in again]
    assert first[0].external_id != first[1].external_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b"7",
        b"null",
        b'{"eventNotifications": 3}',
        b'{"eventNotifications": [{"realmId": "1"}]}',
        b'[{"type": "x", "intuitaccountid": "1", "intuitentityid": "2"}]',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_cannot_be_read_is_said_and_raises_nothing(body):
    items, trouble = read(body)

    assert items == []
    assert trouble


def test_the_readable_part_of_a_body_is_kept():
    items, trouble = _read([CLOUD, {"type": 5}])

    assert len(items) == 1
    assert trouble
