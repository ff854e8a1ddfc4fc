"""Where the pages of setting up live, and what is typed there."""

from tests.setup.vendors import SECRETS

SETUP = "/c/harbor/setup"


def text(answer) -> str:
    return answer.content.decode()


def stripe(client, key=SECRETS["secret_key"], webhook=SECRETS["webhook_secret"], **how):
    return client.post(
        f"{SETUP}/connections/stripe/", {"secret_key": key, "webhook_secret": webhook}, **how
    )
