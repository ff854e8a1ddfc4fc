"""What a log line says, and what it never says."""

import json
import logging
import sys
import time

import pytest
from django.test import Client

from arbook import logs
from arbook.audit import log
from tests import factories

SAID = [
    ("mail to ada.lane+x@lane.example failed", "mail to [mail] failed"),
    ("text to +18605550111 refused", "text to [number] refused"),
    ("called (860) 555-0111 and 860.555.0111", "called [number] and [number]"),
    ("key sk_test_51Habc123DEF used", "key [secret] used"),
    ("Authorization: Bearer abc.def-ghi", "Authorization: [secret]"),
    ("GET /pay/8fK2x-9/ took long", "GET /pay/[token]/ took long"),
    (
        "Not Found: /accounts/password/reset/key/3f-ct1m2x-0a9d1b1234/ of 1",
        "Not Found: /accounts/password/reset/key/[token]/ of 1",
    ),
    ("/accounts/confirm-email/MQ:1vKx2z:5kP-x_9/", "/accounts/confirm-email/[token]/"),
    ("/accounts/password/reset/key/done/ and /accounts/confirm-email/", None),
    ("smtp://user:hunter2@mail.example:587", "smtp://[secret]@mail.example:587"),
    ("invoice 1041 of customer 77, effect 9130350000000001", None),
    ("2026-11-20 10:04:05 took 12.5 s, 555 rows", None),
    ("payment pi_3MtwBwLkdIwHu7ix28a3tqPa of evt_1NG8Du2eZvKYlo2C", None),
]


@pytest.mark.parametrize(("text", "cleaned"), SAID, ids=range(len(SAID)))
def test_addresses_numbers_and_secrets_are_cut_out_and_ids_stay(text, cleaned):
    assert logs.clean(text) == (cleaned or text)


@pytest.mark.parametrize(
    "part", ["a", "a-", "a.", "1-", "http://", "/accounts/password/reset/key/"]
)
def test_a_long_word_of_a_stranger_costs_no_time(part):
    began = time.process_time()

    logs.clean(part * 40_000)

    assert time.process_time() - began < 2


@pytest.fixture
def written():
    """The lines a logger writes, in either format."""

    def write(formatter: logging.Formatter, act) -> str:
        lines: list[str] = []

        class Keep(logging.Handler):
            def emit(self, record):
                lines.append(self.format(record))

        handler = Keep()
        handler.setFormatter(formatter)
        handler.addFilter(logs.Context())
        logger = logging.Logger("arbook.test")
        logger.addHandler(handler)
        act(logger)
        return "\n".join(lines)

    return write


def _trouble(logger) -> None:
    with log.because(4711):
        try:
            raise ValueError("no such address: ada@lane.example")
        except ValueError:
            logger.exception("effect %s %s failed", "messaging.send_text", 12)


def test_a_json_line_names_its_cause_and_carries_a_cleaned_traceback(written):
    line = json.loads(written(logs.Json(), _trouble))

    assert line["cause"] == 4711
    assert line["level"] == "ERROR"
    assert line["message"] == "effect messaging.send_text 12 failed"
    assert "ValueError: no such address: [mail]" in line["exc_info"]
    assert "request" not in line


def test_a_plain_line_names_its_cause_too(written):
    formatter = logs.Plain("{levelname} {message}", style="{")

    text = written(formatter, _trouble)

    assert text.startswith("ERROR effect messaging.send_text 12 failed cause=4711\nTraceback")
    assert "ada@" not in text


def test_the_cause_ends_with_the_work_it_was_for(written):
    def act(logger):
        with log.because(1):
            pass
        logger.warning("later")

    assert "cause" not in json.loads(written(logs.Json(), act))


@pytest.mark.django_db
def test_each_request_has_a_number_that_a_proxy_may_give():
    client = Client()

    own = client.get("/healthz")["X-Request-ID"]
    given = client.get("/healthz", headers={"X-Request-ID": "abcdef-123456"})["X-Request-ID"]
    broken = client.get("/healthz", headers={"X-Request-ID": 'a"b c'})["X-Request-ID"]

    assert len(own) == 32
    assert given == "abcdef-123456"
    assert len(broken) == 32


@pytest.mark.django_db
def test_a_line_written_while_an_event_is_handled_leads_to_its_entry(caplog):
    entry = log.record(
        "test.happened", "Something", about=[factories.company()], by=None, at=factories.NOW
    )
    caplog.handler.addFilter(logs.Context())

    with log.because(entry.pk):
        logging.getLogger("arbook.webhooks").warning("slow")

    assert caplog.records[-1].cause == entry.pk
    sys.stdout.flush()
