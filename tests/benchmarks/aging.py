"""The aging page over many open invoices, against the bare SQL that fills it.

Both run in one process on one database, in turns. The page is the whole answer to a signed-in
browser: session, frame, sums, one page of rows with their notes, HTML. The bare SQL is what a
person would type to get the same figures: the sums over everything and the first rows.
"""

from tests.benchmarks.measure import Ratio, page

TURNS = 7
LIMIT = 3.0
BUCKETS = """
    sum(amount) FILTER (WHERE amount > 0 AND days <= 0) AS b0,
    sum(amount) FILTER (WHERE amount > 0 AND days BETWEEN 1 AND 30) AS b1,
    sum(amount) FILTER (WHERE amount > 0 AND days BETWEEN 31 AND 60) AS b2,
    sum(amount) FILTER (WHERE amount > 0 AND days BETWEEN 61 AND 90) AS b3,
    sum(amount) FILTER (WHERE amount > 0 AND days > 90) AS b4,
    sum(amount) FILTER (WHERE amount < 0) AS credits, sum(amount) AS total,
    max(days) AS oldest"""
DOCUMENTS = """
    SELECT customer_id, number, due_on, %(today)s - coalesce(due_on, issued_on) AS days,
           balance AS amount
    FROM invoices_invoice WHERE company_id = %(company)s AND balance > 0
    AND NOT is_void AND NOT is_deleted AND currency = 'USD'
    UNION ALL
    SELECT customer_id, reference, paid_on, 0, -unapplied
    FROM invoices_payment WHERE company_id = %(company)s AND unapplied > 0
    AND NOT is_void AND NOT is_deleted AND currency = 'USD'
    UNION ALL
    SELECT customer_id, number, issued_on, 0, -remaining
    FROM invoices_creditmemo WHERE company_id = %(company)s AND remaining > 0
    AND NOT is_void AND NOT is_deleted AND currency = 'USD'
    UNION ALL
    SELECT customer_id, journal_id, dated_on, %(today)s - dated_on, amount
    FROM invoices_journalline WHERE company_id = %(company)s AND NOT is_deleted"""
BY_CUSTOMER = f"""
    WITH sums AS MATERIALIZED (
        SELECT customer_id, {BUCKETS} FROM ({DOCUMENTS}) documents GROUP BY customer_id
    )
    (SELECT NULL, NULL, count(*), sum(b0), sum(b1), sum(b2), sum(b3), sum(b4), sum(credits),
            sum(total), max(oldest) FROM sums)
    UNION ALL
    (SELECT customer.id, customer.name, sums.* FROM sums
     JOIN customers_customer customer ON customer.id = sums.customer_id
     ORDER BY sums.total DESC, customer.name LIMIT 50)"""
TOTALS = f"SELECT {BUCKETS}, count(*) FROM ({DOCUMENTS}) documents"
BY_DOCUMENT = f"""
    SELECT customer.name, documents.* FROM ({DOCUMENTS}) documents
    JOIN customers_customer customer ON customer.id = documents.customer_id
    ORDER BY documents.days DESC LIMIT 50"""


PAGES = {"customer": [BY_CUSTOMER], "invoice": [TOTALS, BY_DOCUMENT]}


def run(sizes: tuple[int, ...] = (1_000, 100_000)) -> list[Ratio]:
    """The page against its SQL at the largest size, and whether its statements stay as many."""
    from django.urls import reverse

    from arbook import clock

    measured = {}
    for size in sizes:
        company, person = _books(size)
        values = {"company": company.pk, "today": company.local_date(clock.now())}
        for by, bare in PAGES.items():
            address = f"{reverse('invoices:aging', args=[company.slug])}?by={by}"
            measured[by, size] = page(person, address, bare, values, turns=TURNS)
    ratios = []
    for by in PAGES:
        few, many = measured[by, sizes[0]], measured[by, sizes[-1]]
        how = few.of_few
        ratios.append(Ratio(f"aging by {by}, {sizes[0]:,} open, page to SQL", few.times, how=how))
        name = f"aging by {by}, {sizes[-1]:,} open"
        ratios.append(Ratio(f"{name}, page to SQL", many.times, LIMIT, False, many.words))
        share = many.statements / few.statements
        ratios.append(Ratio(f"{name}, statements to {sizes[0]:,}", share, 1.0, False))
        growth = (many.page / few.page) / (many.bare / few.bare)
        how = f"page {many.page / few.page:.1f} times, SQL {many.bare / few.bare:.1f} times"
        ratios.append(Ratio(f"{name}, growth of page to growth of SQL", growth, 1.0, False, how))
    return ratios


def _books(size: int):
    """A company with ``size`` open invoices, 25 a customer, some credit, one invoice abroad."""
    from django.db import connection

    from arbook import clock
    from tests import factories

    now = clock.now()
    company = factories.company()
    person = factories.member(company)
    values = {
        "company": company.pk,
        "size": size,
        "customers": max(1, size // 25),
        "today": company.local_date(now),
        "now": now,
    }
    with connection.cursor() as cursor:
        for sql in BOOKS:
            cursor.execute(sql, values)
        for table in ("invoices_invoice", "customers_customer"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return company, person


CUSTOMER_OF = """
    (SELECT min(id) FROM customers_customer WHERE company_id = %(company)s) + n %% %(customers)s"""
BOOKS = [
    """INSERT INTO customers_customer (company_id, quickbooks_id, sync_token, name, company_name,
           given_name, family_name, parent_quickbooks_id, is_job, is_active, is_deleted, balance,
           currency, street, city, state, postal_code, country, terms, customer_type, notes,
           language, is_sensitive)
       SELECT %(company)s, 'c' || n, '0', 'Customer ' || lpad(n::text, 6, '0'), '', '', '', '',
           false, true, false, 0, 'USD', '', '', '', '', '', '', '', '', 'en', false
       FROM generate_series(1, %(customers)s) n""",
    f"""INSERT INTO invoices_invoice (company_id, customer_id, quickbooks_id, sync_token, number,
           issued_on, due_on, total, balance, currency, terms, bill_email, email_status, memo,
           online_payment, is_void, is_deleted, read_at)
       SELECT %(company)s, {CUSTOMER_OF}, 'i' || n, '0', n::text, %(today)s - n %% 151,
           %(today)s - n %% 151 + 30, 50 + n %% 4950, 50 + n %% 4950,
           CASE WHEN n = 1 THEN 'CAD' ELSE 'USD' END, '', '', '', '', false, false, false, %(now)s
       FROM generate_series(1, %(size)s) n""",
    f"""INSERT INTO invoices_payment (company_id, customer_id, quickbooks_id, sync_token, paid_on,
           total, unapplied, currency, reference, note, is_void, is_deleted)
       SELECT %(company)s, {CUSTOMER_OF}, 'p' || n, '0', %(today)s, 40, 40, 'USD', '', '', false,
           false
       FROM generate_series(1, %(customers)s / 20) n""",
]
