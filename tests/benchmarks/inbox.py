"""The inbox with 5,000 open conversations of 100,000 messages, against the bare SQL behind it.

Both run in one process on one database, in turns. The page is the whole answer to a signed-in
browser: session, frame, counts, tags, fifty rows, and with a conversation also its words and its
context, HTML. The bare SQL is what a person would type to get the same figures. The pulse is what
every open inbox asks each five seconds; it is held against the list it spares.
"""

from tests.benchmarks.measure import Ratio, page

TURNS = 9
LIMITS = {"list": 6.0, "thread": 9.0}
PULSE = 0.25
PER_THREAD = 20
SPOKEN = """EXISTS (SELECT 1 FROM messaging_message spoken WHERE spoken.thread_id = thread.id
    AND (spoken.direction = 'in' OR spoken.purpose = 'reply' OR spoken.medium = 'note'))"""
LIST = [
    f"""SELECT count(*) FILTER (WHERE state = 'needs_reply'
            OR state = 'snoozed' AND snoozed_until <= %(now)s),
        count(*) FILTER (WHERE owner_id = %(person)s AND state <> 'closed'),
        count(*) FILTER (WHERE owner_id IS NULL AND state NOT IN ('closed', 'waiting')),
        count(*) FILTER (WHERE state = 'waiting'),
        count(*) FILTER (WHERE state = 'snoozed' AND snoozed_until > %(now)s),
        count(*) FILTER (WHERE customer_id IS NULL AND state <> 'closed')
    FROM messaging_thread thread WHERE company_id = %(company)s AND {SPOKEN}""",
    f"""SELECT intent, count(*) FROM messaging_thread thread
    WHERE company_id = %(company)s AND {SPOKEN} AND (state = 'needs_reply'
        OR state = 'snoozed' AND snoozed_until <= %(now)s) GROUP BY intent""",
    f"""WITH shown AS MATERIALIZED (
        SELECT * FROM messaging_thread thread
        WHERE company_id = %(company)s AND {SPOKEN} AND (state = 'needs_reply'
            OR state = 'snoozed' AND snoozed_until <= %(now)s)
        ORDER BY needs_reply_since, id LIMIT 51
    )
    SELECT shown.*, customer.name, last.body,
        (SELECT sum(balance) FROM invoices_invoice invoice
         WHERE invoice.customer_id = shown.customer_id AND balance > 0
         AND NOT is_void AND NOT is_deleted)
    FROM shown LEFT JOIN customers_customer customer ON customer.id = shown.customer_id
    LEFT JOIN LATERAL (SELECT body FROM messaging_message message
        WHERE message.thread_id = shown.id AND state NOT IN ('proposed', 'skipped', 'withdrawn')
        ORDER BY created_at DESC, id DESC LIMIT 1) last ON true""",
]
THREAD = [
    """SELECT * FROM messaging_message WHERE thread_id = %(thread)s
    ORDER BY created_at DESC, id DESC LIMIT 201""",
    """SELECT entry.* FROM audit_entry entry JOIN audit_mention mention
    ON mention.entry_id = entry.id WHERE subject_type = 'messaging.thread'
    AND subject_id = %(thread)s ORDER BY entry.at DESC LIMIT 200""",
    """SELECT invoice.* FROM invoices_invoice invoice JOIN messaging_thread thread
    ON thread.customer_id = invoice.customer_id WHERE thread.id = %(thread)s AND balance > 0""",
]


PAGES = ("list", "thread", "pulse")


def run(sizes: tuple[int, ...] = (50, 5_000)) -> list[Ratio]:
    """List, conversation and pulse: against their SQL, and few conversations against many."""
    measured = {}
    for size in sizes:
        company, person, thread = _desk(size)
        for name, address, bare in _pages(company, thread):
            values = _values(company, person, thread)
            measured[name, size] = page(person, address, bare, values, turns=TURNS)
    few, many = sizes[0], sizes[-1]
    of = f"{many:,} open conversations of {many * PER_THREAD:,} messages"
    ratios = []
    for name in PAGES:
        small, large = measured[name, few], measured[name, many]
        share = large.statements / small.statements
        ratios.append(Ratio(f"inbox {name}, {of}, statements to {few}", share, 1.0, False))
        if name == "pulse":
            value = large.page / measured["list", many].page
            how = f"{large.page * 1000:.1f} ms, {large.statements} statements"
            ratios.append(Ratio(f"inbox pulse, {of}, time to the list", value, PULSE, False, how))
            continue
        limit, how = LIMITS[name], large.words
        ratios.append(Ratio(f"inbox {name}, {of}, page to SQL", large.times, limit, False, how))
        how = small.of_few
        ratios.append(Ratio(f"inbox {name}, {few} open, page to SQL", small.times, how=how))
    return ratios


def _pages(company, thread):
    from django.urls import reverse

    def address(name, *args):
        return reverse(f"messaging:{name}", args=[company.slug, *args])

    yield "list", address("inbox"), LIST
    yield "thread", address("thread", thread) + "?queue=needs", LIST + THREAD
    yield "pulse", f"{address('inbox_pulse')}?thread={thread}", THREAD[:1]


def _values(company, person, thread) -> dict:
    from arbook import clock

    return {"company": company.pk, "person": person.pk, "thread": thread, "now": clock.now()}


def _desk(size: int):
    """A company with ``size`` open conversations, each of twenty messages; returns one of them."""
    from django.db import connection

    from arbook import clock
    from tests import factories

    now = clock.now()
    company = factories.company(mode="review")
    person = factories.member(company)
    today = company.local_date(now)
    values = {"company": company.pk, "size": size, "today": today, "now": now, "each": PER_THREAD}
    with connection.cursor() as cursor:
        for sql in ROWS:
            cursor.execute(sql, values)
        for table in ("messaging_message", "messaging_thread", "customers_customer"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute(
            "SELECT min(id) FROM messaging_thread WHERE company_id = %(company)s", values
        )
        (thread,) = cursor.fetchone()
    return company, person, thread


OF_COMPANY = "WHERE customer.company_id = %(company)s"
ROWS = [
    """INSERT INTO customers_customer (company_id, quickbooks_id, sync_token, name, company_name,
           given_name, family_name, parent_quickbooks_id, is_job, is_active, is_deleted, balance,
           currency, street, city, state, postal_code, country, terms, customer_type, notes,
           language, is_sensitive)
       SELECT %(company)s, 'c' || n, '0', 'Customer ' || lpad(n::text, 6, '0'), '', '', '', '',
           false, true, false, 0, 'USD', '', '', '', '', '', '', '', '', 'en', false
       FROM generate_series(1, %(size)s) n""",
    f"""INSERT INTO customers_contact (company_id, customer_id, channel, address, written, name,
           is_primary, source, state, state_reason, line_type)
       SELECT %(company)s, id, 'sms', '+1212' || lpad((id %% 10000000)::text, 7, '5'), '', '',
           true, 'books', 'usable', '', ''
       FROM customers_customer customer {OF_COMPANY}""",
    f"""INSERT INTO invoices_invoice (company_id, customer_id, quickbooks_id, sync_token, number,
           issued_on, due_on, total, balance, currency, terms, bill_email, email_status, memo,
           online_payment, is_void, is_deleted, read_at)
       SELECT %(company)s, id, 'i' || id || '-' || n, '0', id || '-' || n, %(today)s - 40 * n,
           %(today)s - 40 * n + 30, 50 + id %% 4950, 50 + id %% 4950, 'USD', '', '', '', '',
           false, false, false, %(now)s
       FROM customers_customer customer, generate_series(1, 2) n {OF_COMPANY}""",
    f"""INSERT INTO messaging_thread (company_id, customer_id, unknown_address, state, intent,
           needs_reply_since, last_message_at, outcome, next_step, snoozed_until)
       SELECT %(company)s, id, '', (ARRAY['needs_reply', 'waiting', 'snoozed'])[1 + id %% 3],
           (ARRAY['question', 'paid', 'dispute', 'promise', 'plan'])[1 + id %% 5],
           CASE WHEN id %% 3 = 0 THEN %(now)s - id * interval '1 second' END,
           %(now)s - id * interval '1 second', '', '',
           CASE WHEN id %% 3 = 2 THEN %(now)s + interval '1 day' END
       FROM customers_customer customer {OF_COMPANY}""",
    """INSERT INTO messaging_message (company_id, thread_id, customer_id, direction, medium,
           purpose, state, uuid, address, test_address, template, subject, body, total, is_edited,
           content_hash, approved_hash, attention, notice, created_at, vendor_id, vendor_status,
           error_code, error, reading)
       SELECT %(company)s, thread.id, thread.customer_id,
           CASE n %% 4 WHEN 0 THEN 'in' ELSE 'out' END, 'sms',
           CASE n %% 4 WHEN 0 THEN '' WHEN 1 THEN 'reply' ELSE 'reminder' END,
           CASE n %% 4 WHEN 0 THEN 'received' ELSE 'delivered' END,
           gen_random_uuid(), '+12125550100', '', '', '', 'Words number ' || n, 0, false, '', '',
           '', '', %(now)s - (%(each)s - n) * interval '1 hour', '', '', '', '', '{}'
       FROM messaging_thread thread, generate_series(1, %(each)s) n
       WHERE thread.company_id = %(company)s""",
]
