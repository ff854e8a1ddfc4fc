"""Whether anything changed since a screen was drawn: one small statement each, asked for often.

A version says nothing but "the same as before" or "not the same". What then changed is read by the
parts of the page themselves.
"""

import hashlib
from datetime import datetime

from django.db import connection

from arbook.companies.models import Company
from messaging.models import Thread

QUEUES = """
    SELECT count(*), coalesce(sum(hashtextextended(concat_ws('|', id, state, owner_id, intent,
        last_message_at, needs_reply_since, snoozed_until <= %(now)s), 0)), 0)
    FROM messaging_thread WHERE company_id = %(company)s AND state <> 'closed'"""
TALK = """
    SELECT state, owner_id, intent,
        (SELECT concat_ws('|', count(*), max(id),
             sum(hashtextextended(concat_ws('|', id, state, error, send_after, removed_at,
                 reading->'right_intent'), 0)))
         FROM messaging_message WHERE thread_id = thread.id),
        (SELECT max(entry_id) FROM audit_mention
         WHERE subject_type = 'messaging.thread' AND subject_id = thread.id),
        (SELECT max(entry_id) FROM audit_mention
         WHERE subject_type = 'customers.customer' AND subject_id = thread.customer_id)
    FROM messaging_thread thread WHERE id = %(thread)s"""


def of_queues(company: Company, *, now: datetime) -> str:
    """The version of every queue of a company, the closed ones left out."""
    return _version(QUEUES, {"company": company.pk, "now": now})


def of_talk(thread: Thread) -> str:
    """The version of one conversation: its words, their fate, and what happened beside them."""
    return _version(TALK, {"thread": thread.pk})


def _version(sql: str, values: dict) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()[:16]
