"""A restart of the sandbox keeps everything."""

import stripe

from arbook.sandbox import Sandbox, clock, seed

from .conftest import tokens


def test_a_restart_keeps_books_payments_texts_tokens_and_waiting_webhooks(tmp_path):
    clock.use(tmp_path / "clock.json")
    folder = tmp_path / "state"
    with Sandbox(folder, pace=0.02) as first:
        facts = seed.plant(first)["companies"]["juniper-vale"]
        books = first.books(facts["realm"])
        refreshed = tokens(first, facts["refresh_token"]).json()["refresh_token"]
        first.quickbooks.app.webhook_url = "http://127.0.0.1:9/away"
        first.delivery.hold()
        invoice = facts["special"]["day_14"]["invoices"][0]["id"]
        books.pay_by_check(invoice)
        while first.quickbooks.app.pending:
            first.tasks.run_due()
        account = first.stripe(facts["stripe"]["id"])
        client = stripe.StripeClient(
            facts["stripe"]["secret_key"], base_addresses={"api": first.url + "/stripe"}
        )
        client.v1.customers.create({"name": "Ada"})

    with Sandbox(folder, pace=0.02) as second:
        second.delivery.hold()
        books = second.books(facts["realm"])
        waiting = second.delivery.waiting("quickbooks")
        account = second.stripe(facts["stripe"]["id"])

        assert books.get("Invoice", invoice)["Balance"] == 0
        assert len(books.payments_on(invoice)) == 1
        assert account.all("customer")[0]["name"] == "Ada"
        assert tokens(second, refreshed).status_code == 200
        assert len(waiting) == 1
        assert seed.facts(second)["companies"]["juniper-vale"]["realm"] == facts["realm"]
    clock.use(None)
