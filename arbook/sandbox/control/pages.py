"""placeholder"""
from html import escape
from arbook.sandbox.wire import Response
def plain_page(title, body):
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><main>{body}</main></html>"
def answer(sandbox, request):
    return Response.html(plain_page("Sandbox", "<h1>Sandbox</h1>"))
