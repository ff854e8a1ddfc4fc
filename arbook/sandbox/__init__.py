"""The simulated vendors: one small server of its own that behaves like QuickBooks, Stripe, Twilio,
Slack and a mail server, as far as arbook meets them.

`python -m arbook.sandbox --port 8010 --smtp-port 8025 --state DIR` runs it; tests start it in a
thread: `with Sandbox() as sandbox: ...`. It needs no Django and knows nothing of our tables.

| Path below the port | What answers |
|---|---|
| `/quickbooks` | OAuth (discovery, consent page, tokens) and `/v3/company/{realm}/...` |
| `/stripe` | `/v1/...` and the hosted checkout page |
| `/twilio` | all Twilio hosts: `/2010-04-01/...`, `/v1/...`, `/v2/...` |
| `/slack/api` | `chat.postMessage`, `auth.test` |
| `/_control` | the JSON admin API, see `arbook.sandbox.control.api` |
| `/` | the control room: phones, mailbox, books, payments, faults, clock |
"""

from arbook.sandbox.server import Sandbox

__all__ = ["Sandbox"]
