"""Screens of customers and before the door, and those that tell of an error or of the stop."""

from tests.screens.places.place import BOOKKEEPER, HALFWAY, OTHER, SETUP, VIEWER, Place

OUTSIDE = [
    Place("sign-in", "/accounts/login/", who=""),
    Place(
        "sign-in-refused",
        "/accounts/login/",
        who="",
        steps=(
            "fill input[name=login] = somebody@arbook.example",
            "fill input[name=password] = not the password",
            "click main button[type=submit]",
        ),
    ),
    Place("password-reset", "/accounts/password/reset/", who=""),
    Place("code-asked", "/accounts/2fa/authenticate/", who=HALFWAY),
    Place("pay-open", "{unpaid}", who=""),
    Place("pay-many", "{unpaid_many}", who=""),
    Place("pay-paid", "{paid}", who=""),
    Place("pay-thanks", "{paid}done/", who=""),
    Place("pay-in-flight", "{flying}", who=""),
    Place("pay-set-aside", "{contested}", who=""),
    Place("pay-offers-texts", "{texts_offered}", who=""),
    Place("pay-unknown", "/pay/0-aaaaaaaaaaaaaaaa/", who="", status=404),
    Place("pay-texts", "{texts_offered}texts/", who=""),
    Place("pay-texts-refused", "{texts_offered}texts/", who="", steps=("nonsense main form",)),
    Place(
        "pay-texts-asked",
        "{texts_offered}texts/",
        who="",
        steps=(
            "fill main input[type=tel] = (332) 555-0188",
            "click main input[type=checkbox]",
            "click main form button",
        ),
    ),
    Place("checkout", "{unpaid}", who="", steps=("click .pay-form button",)),
    Place("copy", "{copy}", who=""),
    Place("copy-unknown", "/copy/0-aaaaaaaaaaaaaaaa/", who="", status=404),
    Place("plan-offered", "{offered}", who=""),
    Place(
        "plan-agreed",
        "{offered}",
        who="",
        steps=("fill input[name=name] = Jane Roe", "click main form button"),
    ),
    Place("unsubscribe", "{unsubscribe}", who=""),
]
ERRORS = [
    Place("not-found", "/c/nobody/", who=BOOKKEEPER, status=404),
    Place("not-allowed", f"{SETUP}/connections/twilio/", who=VIEWER, status=403),
    Place("broken", "/broken/", who=BOOKKEEPER, status=500),
]

# Last, because it changes what the others show.
STOPPED = [
    Place(
        "stopped",
        f"{OTHER}/setup/stop/",
        steps=("fill main input[name=reason] = Wrong price list", "click main form.form button"),
    ),
]
