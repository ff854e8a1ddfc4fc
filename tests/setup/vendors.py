"""One company's side of the simulated vendors, before anybody connected it."""

from django.conf import settings

from arbook.sandbox import Sandbox

REALM = "9130350000000777"
SID, SERVICE = f"AC{777:032x}", f"MG{777:032x}"
TEXTED_FROM = "+17185550177"
SECRETS = {
    "refresh_token": "RT-secret-of-harbor",
    "secret_key": "sk_test_secret_of_harbor",
    "webhook_secret": "whsec_secret_of_harbor",
    "auth_token": "token-secret-of-harbor",
}


class Vendors:
    """Books, a Stripe account and a Twilio account that wait to be connected."""

    def __init__(self, sandbox: Sandbox):
        self.sandbox = sandbox
        app = sandbox.quickbooks.app
        app.client_id = settings.QUICKBOOKS_CLIENT_ID
        app.client_secret = settings.QUICKBOOKS_CLIENT_SECRET
        app.verifier_token = settings.QUICKBOOKS_WEBHOOK_TOKEN
        self.books = sandbox.quickbooks.add_company(
            REALM, "Harbor Dental", refresh_token=SECRETS["refresh_token"]
        )
        self.payer = sandbox.stripe_vendor.add_account(
            "acct_harbor",
            "Harbor Dental",
            secret_key=SECRETS["secret_key"],
            webhook_secret=SECRETS["webhook_secret"],
        )
        self.carrier = sandbox.twilio_vendor.add_account(
            SID,
            "Harbor Dental",
            auth_token=SECRETS["auth_token"],
            brand_sid=f"BN{777:032x}",
            services=[
                {
                    "sid": SERVICE,
                    "name": "Reminders",
                    "numbers": [TEXTED_FROM],
                    "campaign_sid": f"QE{777:032x}",
                }
            ],
        )
        self.slack_token = sandbox.slack.workspace.token
