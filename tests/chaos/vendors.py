"""The simulated vendors' side of the two companies: books, accounts, numbers."""

from tests.chaos.cast import Client
from tests.chaos.control import Control


def plant(control: Control, clients: tuple[Client, ...]) -> None:
    """Accounts and books, before anybody is connected; nobody is told of anything yet."""
    control.post(
        "/quickbooks/app",
        client_id="sandbox",
        client_secret="sandbox-secret",
        verifier_token="sandbox-verifier",
    )
    for client in clients:
        control.post(
            "/quickbooks/realms",
            realm=client.realm,
            name=client.name,
            timezone=client.zone,
            refresh_token=client.secrets["refresh_token"],
        )
        control.post(
            "/stripe/accounts",
            id=client.account,
            name=client.name,
            secret_key=client.secrets["secret_key"],
            webhook_secret=client.secrets["webhook_secret"],
        )
        control.post(
            "/twilio/accounts",
            sid=client.sid,
            name=client.name,
            auth_token=client.secrets["auth_token"],
            services=[
                {
                    "sid": client.service,
                    "name": "Reminders",
                    "numbers": [client.number],
                    "campaign_sid": f"QE{client.sid[2:]}",
                }
            ],
        )
        for payer in client.payers:
            _customer(control, client, payer)


def _customer(control: Control, client: Client, payer) -> None:
    made = control.act(
        client.realm,
        "add_customer",
        name=payer.name,
        email=payer.email,
        mobile=payer.mobile,
        BillAddr={
            "Line1": "1 Main St",
            "City": payer.place.city,
            "CountrySubDivisionCode": payer.place.state,
            "PostalCode": payer.place.postal_code,
        },
    )
    for bill in payer.bills:
        control.act(
            client.realm,
            "add_invoice",
            customer_id=made["Id"],
            total=str(bill.amount),
            TxnDate=str(bill.issued_on),
            DueDate=str(bill.due_on),
            DocNumber=bill.number,
        )


def announce(control: Control, clients: tuple[Client, ...], url: str, uuids: dict) -> None:
    """From now on the vendors tell the product what happens."""
    control.post("/quickbooks/app", webhook_url=f"{url}/webhooks/quickbooks/")
    for client in clients:
        hooks = f"{url}/webhooks/{{}}/{uuids[client.slug]}/"
        control.post("/stripe/accounts", id=client.account, webhook_url=hooks.format("stripe"))
        control.post("/twilio/accounts", sid=client.sid, inbound_url=hooks.format("twilio"))
