"""The plan as arithmetic: one statement that compares what should be planned with what is.

It reads invoices, cadence steps and taken touches of one company and returns only the differences,
so that planning again costs a read. ``cadence`` writes what it returns.
"""

# Steps of the cadences in force. ``place`` orders the steps of one cadence; ``after_due`` is how
# many days after the due date a step waits at least (NULL: it does not look at the due date). A
# letter keeps its distance to the review before it: a long term never brings both on one day.
SAVED_STEPS = """
    SELECT step.id, step.cadence_id, step.key, step.anchor, step.day, step.action,
           step.min_balance, step.not_before_due
    FROM invoices_cadencestep step
    JOIN invoices_cadence cadence ON cadence.id = step.cadence_id
    WHERE cadence.company_id = %(company)s AND cadence.is_current AND step.approval <> 'off'
"""

# The same columns for steps a person is still writing.
DRAFT_STEPS = """
    SELECT draft.id, draft.cadence_id, draft.key, draft.anchor, draft.day, draft.action,
           draft.min_balance, draft.not_before_due
    FROM jsonb_to_recordset(%(draft)s::jsonb) AS draft(
        id bigint, cadence_id bigint, key text, anchor text, day int, action text,
        min_balance numeric, not_before_due boolean)
"""

POSITIONS = """
WITH raw AS ({steps}),
steps AS (
    SELECT raw.*,
           row_number() OVER (
               PARTITION BY raw.cadence_id ORDER BY raw.day, raw.action = 'letter', raw.id
           ) AS place,
           CASE WHEN raw.action = 'letter' AND review.not_before_due
                THEN greatest(raw.day - review.day, 0)
                WHEN raw.not_before_due THEN 0 END AS after_due
    FROM raw
    LEFT JOIN LATERAL (
        SELECT other.day, other.not_before_due FROM raw other
        WHERE other.cadence_id = raw.cadence_id AND other.action = 'escalate'
          AND other.anchor = raw.anchor AND other.day <= raw.day
        ORDER BY other.day DESC LIMIT 1
    ) review ON true
),
wanted AS (
    SELECT invoice.id AS invoice_id, invoice.balance, invoice.issued_on,
           coalesce(invoice.delivered_on, invoice.issued_on) AS delivered_on,
           coalesce(invoice.due_on, invoice.issued_on) AS due_on,
           {cadence} AS cadence_id
    FROM invoices_invoice invoice
    LEFT JOIN invoices_customercadence choice ON choice.customer_id = invoice.customer_id
    LEFT JOIN invoices_cadence chosen
           ON chosen.company_id = %(company)s AND chosen.is_current AND chosen.name = choice.name
    LEFT JOIN invoices_cadence fallback
           ON fallback.company_id = %(company)s AND fallback.is_current AND fallback.is_default
    WHERE invoice.company_id = %(company)s AND invoice.balance > 0
      AND NOT invoice.is_void AND NOT invoice.is_deleted AND invoice.currency = %(currency)s
      {only_invoices}
),
taken AS (
    SELECT reminder.invoice_id, reminder.step_key, array_agg(reminder.anchor_on) AS anchors,
           max((reminder.settled_at AT TIME ZONE %(zone)s)::date) AS last_on
    FROM invoices_reminder reminder
    WHERE reminder.company_id = %(company)s AND reminder.is_rehearsal = %(rehearsal)s
      AND reminder.state IN ('sent', 'skipped') AND reminder.source = ''
      {only_reminders}
    GROUP BY reminder.invoice_id, reminder.step_key
),
days AS (
    SELECT wanted.invoice_id, steps.id AS step_id, steps.cadence_id, steps.key, steps.action,
           steps.place, anchored.anchor_on,
           greatest(anchored.anchor_on + steps.day, wanted.due_on + steps.after_due) AS due_on
    FROM wanted
    JOIN steps ON steps.cadence_id = wanted.cadence_id AND wanted.balance >= steps.min_balance
    CROSS JOIN LATERAL (
        SELECT CASE steps.anchor WHEN 'issue' THEN wanted.issued_on
                                 WHEN 'delivery' THEN wanted.delivered_on
                                 ELSE wanted.due_on END AS anchor_on
    ) anchored
),
touches AS (
    SELECT days.invoice_id, days.cadence_id, days.action,
           (days.due_on - DATE '2000-01-01')::bigint * 1000 + days.place AS rank,
           days.due_on <= %(today)s AS is_due,
           taken.invoice_id IS NOT NULL
               AND (days.anchor_on = ANY(taken.anchors) OR days.due_on <= taken.last_on + 7)
               AS is_taken
    FROM days
    LEFT JOIN taken ON taken.invoice_id = days.invoice_id AND taken.step_key = days.key
),
reviews AS (
    SELECT invoice_id, min(rank) AS rank FROM touches
    WHERE action = 'escalate' AND NOT is_taken GROUP BY invoice_id
),
picked AS (
    SELECT touches.invoice_id, touches.cadence_id,
           max(touches.rank * 2 + touches.is_taken::int)
               FILTER (WHERE touches.is_due) AS latest,
           min(touches.rank) FILTER (WHERE NOT touches.is_due AND NOT touches.is_taken) AS next
    FROM touches
    LEFT JOIN reviews ON reviews.invoice_id = touches.invoice_id
    WHERE touches.rank <= coalesce(reviews.rank, touches.rank)
    GROUP BY touches.invoice_id, touches.cadence_id
),
ranked AS (
    SELECT invoice_id, cadence_id,
           CASE WHEN latest %% 2 = 0 THEN latest / 2 ELSE next END AS rank
    FROM picked
),
desired AS (
    SELECT ranked.invoice_id, steps.id AS step_id, steps.key AS step_key,
           CASE steps.anchor WHEN 'issue' THEN wanted.issued_on
                             WHEN 'delivery' THEN wanted.delivered_on
                             ELSE wanted.due_on END AS anchor_on,
           DATE '2000-01-01' + (ranked.rank / 1000)::int AS due_on
    FROM ranked
    JOIN wanted ON wanted.invoice_id = ranked.invoice_id
    JOIN steps ON steps.cadence_id = ranked.cadence_id AND steps.place = ranked.rank %% 1000
    WHERE ranked.rank IS NOT NULL
)
"""

SAVED_CADENCE = "coalesce(chosen.id, fallback.id)"
# A draft takes the place of the cadence it would replace; everybody else is left out.
DRAFT_CADENCE = "CASE WHEN coalesce(chosen.id, fallback.id) = %(replaces)s THEN %(replaces)s END"

_DIFFERENCES = """,
present AS (
    SELECT reminder.id, reminder.invoice_id, reminder.step_id, reminder.step_key,
           reminder.anchor_on, reminder.due_on, reminder.is_rehearsal
    FROM invoices_reminder reminder
    WHERE reminder.company_id = %(company)s AND reminder.state = 'planned'
      AND reminder.source = ''
      {only_reminders}
)
SELECT coalesce(desired.invoice_id, present.invoice_id) AS invoice_id,
       desired.step_id, desired.step_key, desired.anchor_on, desired.due_on,
       present.id AS planned_id, present.due_on AS planned_on,
       present.step_key = desired.step_key AND present.anchor_on = desired.anchor_on
           AND present.is_rehearsal = %(rehearsal)s AS is_same_touch,
       present.is_rehearsal AS was_rehearsal
FROM desired
FULL JOIN present ON present.invoice_id = desired.invoice_id
WHERE (present.step_id, present.anchor_on, present.due_on, present.is_rehearsal)
      IS DISTINCT FROM (desired.step_id, desired.anchor_on, desired.due_on, %(rehearsal)s)
"""
DIFFERENCES = POSITIONS + _DIFFERENCES

_COUNTS = """
SELECT step_key, count(*), count(*) FILTER (WHERE due_on <= %(today)s),
       count(*) FILTER (WHERE due_on > %(today)s AND due_on <= %(today)s + 7)
FROM desired GROUP BY step_key
"""
COUNTS = POSITIONS + _COUNTS

WITHDRAW = """
UPDATE invoices_reminder reminder
SET state = gone.state, reason = gone.reason, settled_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[]) AS gone(id, state, reason)
WHERE reminder.id = gone.id AND reminder.state = 'planned'
"""

PLAN = """
INSERT INTO invoices_reminder
    (company_id, invoice_id, step_id, step_key, anchor_on, due_on, state, reason, is_rehearsal)
SELECT %(company)s, touch.invoice_id, touch.step_id, touch.step_key, touch.anchor_on, touch.due_on,
       'planned', '', %(rehearsal)s
FROM unnest(%(invoices)s::bigint[], %(steps)s::bigint[], %(keys)s::text[], %(anchors)s::date[],
            %(days)s::date[]) AS touch(invoice_id, step_id, step_key, anchor_on, due_on)
ON CONFLICT (invoice_id, step_key, anchor_on, is_rehearsal) DO UPDATE
SET step_id = excluded.step_id, due_on = excluded.due_on, state = 'planned', reason = '',
    settled_at = NULL
WHERE invoices_reminder.state IN ('planned', 'cancelled', 'passed')
"""

# One planner per company at a time; taken before any reminder is touched, so that two never wait
# for each other's rows.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('invoices.cadence'), %s)"
