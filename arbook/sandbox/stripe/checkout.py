"""The hosted checkout page: a card form and a bank form, with Stripe's test numbers filled in."""

from html import escape
from typing import TYPE_CHECKING

from arbook.sandbox import clock
from arbook.sandbox.page import plain_page
from arbook.sandbox.stripe import paying
from arbook.sandbox.stripe.errors import StripeError
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.stripe import Stripe

routes = Routes()


@routes.on("GET", "/pay/{id}", "page.checkout")
def show(stripe: "Stripe", request: Request, id: str) -> Response:
    return _page(stripe, request, id, "")


@routes.on("POST", "/pay/{id}", "page.pay")
def pay(stripe: "Stripe", request: Request, id: str) -> Response:
    account = stripe.account_of_session(id)
    if account is None:
        return _page(stripe, request, id, "")
    form = request.form
    email = form.get("email", "")
    try:
        if form.get("method") == "us_bank_account":
            session = paying.by_bank(account, id, form.get("account_number", ""), email)
        else:
            session = paying.by_card(
                account,
                id,
                form.get("card_number", ""),
                email,
                authenticated=form.get("authenticated") == "yes",
            )
    except StripeError as error:
        code = error.body.get("code")
        return _page(stripe, request, id, str(error), ask=code == "authentication_required")
    target = session["success_url"] or "/"
    return Response.redirect(target.replace("{CHECKOUT_SESSION_ID}", id))


def _page(
    stripe: "Stripe", request: Request, id_: str, problem: str, *, ask: bool = False
) -> Response:
    account = stripe.account_of_session(id_)
    session = account.table("checkout.session")[id_] if account else None
    if session is None or account is None:
        return Response.html(plain_page("Checkout", "<h1>Page not found</h1>"), 404)
    if session["status"] != "open" or session["expires_at"] < clock.stamp():
        paid = session["status"] == "complete"
        title = "This payment is done" if paid else "This page has expired"
        text = "There is nothing left to pay here." if paid else "Please use your link again."
        return Response.html(plain_page("Checkout", f"<h1>{title}</h1><p>{text}</p>"))
    lines = "".join(
        f"<li><span>{escape(line['description'])}</span>"
        f"<span>{line['amount_total'] / 100:,.2f}</span></li>"
        for line in account.table("_lines")[id_]["data"]
    )
    email = escape(request.form.get("email") or session["customer_email"] or "ap@payer.example")
    total = f"${session['amount_total'] / 100:,.2f}"
    alert = f'<p class="alert" role="alert">{escape(problem)}</p>' if problem else ""
    cancel = session["cancel_url"]
    name = escape(account.data.name)
    back = f'<p><a href="{escape(cancel)}">Back to {name}</a></p>' if cancel else ""
    number = escape(request.form.get("card_number") or "4242 4242 4242 4242")
    body = (
        f"""
{back}
<p class="payee">{escape(account.data.name)}</p>
<h1 class="total">{total}</h1>
<ul class="lines">{lines}</ul>
{alert}
<form method="post" id="card-form" class="method">
  <h2>Card</h2>
  <input type="hidden" name="method" value="card">
  {'<input type="hidden" name="authenticated" value="yes">' if ask else ""}
  <label>Email <input name="email" type="email" value="{email}"></label>
  <label>Card number <input name="card_number" inputmode="numeric" value="{number}"></label>
  <div class="pair"><label>Expiry <input name="expiry" value="12 / 34"></label>
  <label>CVC <input name="cvc" value="123"></label></div>
  <button class="primary" id="pay-card">{"Authenticate and pay" if ask else "Pay"} {total}</button>
</form>
"""
        + (_bank(email, total) if "us_bank_account" in session["payment_method_types"] else "")
        + """
<p class="hint">Simulated Stripe. Test cards: 4242 4242 4242 4242 works, 4000 0000 0000 0002 is
declined, 4000 0000 0000 9995 has no funds, 4000 0027 6000 3184 asks to authenticate,
4000 0000 0000 0259 is disputed later.</p>
"""
    )
    return Response.html(plain_page("Checkout", body), 402 if problem else 200)


def _bank(email: str, total: str) -> str:
    return f"""
<form method="post" id="bank-form" class="method">
  <h2>US bank account (ACH)</h2>
  <input type="hidden" name="method" value="us_bank_account">
  <input type="hidden" name="email" value="{email}">
  <label>Routing number <input name="routing_number" value="110000000"></label>
  <label>Account number
    <select name="account_number">
      <option value="000123456789">000123456789 - succeeds in 4 days</option>
      <option value="000222222227">000222222227 - insufficient funds</option>
      <option value="000111111113">000111111113 - account closed</option>
      <option value="000333333335">000333333335 - debit not authorized</option>
      <option value="000555555559">000555555559 - succeeds, then disputed</option>
      <option value="000000000009">000000000009 - stays in flight</option>
    </select></label>
  <button id="pay-bank">Pay {total} from bank</button>
</form>"""
