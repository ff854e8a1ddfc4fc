"""The nine promises, kept by any story: a state machine over the whole domain, without network.

Hypothesis writes stories: what people do in QuickBooks, at Stripe, on their phones and at the desk,
in any order, with events that come late, twice and shuffled, vendors that fail and workers that are
killed. After every step the promises are judged by ``promises``, which knows only what is true
outside: the books, Stripe, the phones and mailboxes of the simulated vendors, and what people said.
None of the product's own flags is believed.

Where the seam is. Below the product's gateways stand only ``requests`` and ``smtplib``; ``wire``
takes the place of their sockets and hands each request to the simulated vendors in this very
process. So nothing of ours is replaced: the SDKs' own transports, our parsers, errors, last looks,
claims, leases, handlers and signatures all run, webhooks come in through the real doors, and no
packet leaves. What is gone is waiting: a step takes some hundredths of a second. One database
transaction holds an example and is rolled back at its end, and every product transaction is a
savepoint inside it.

Time is whatever the story says; it moves by minutes, days and weeks, never by itself.
"""
