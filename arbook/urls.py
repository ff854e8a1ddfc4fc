"""Every screen, by the app that owns its data."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from arbook.dashboard import views as dashboard
from arbook.setup.views.connections import quickbooks_callback
from arbook.setup.views.stops import everywhere
from customers.admin import ReadOnly
from reconciliation import public_urls as pay
from reconciliation.views import copies, plan

# Support looks through our read-only windows; those that other packages open would let it act, run
# code and read second factors. It signs in like everybody, second factor included.
for model, window in list(admin.site._registry.items()):
    if not isinstance(window, ReadOnly):
        admin.site.unregister(model)
admin.site.login = secure_admin_login(admin.site.login)

of_company = [
    path("", include("arbook.dashboard.urls")),
    path("customers/", include("customers.urls")),
    path("invoices/", include("invoices.urls")),
    path("messages/", include("messaging.urls")),
    path("money/", include("reconciliation.urls")),
    path("setup/", include("arbook.setup.urls")),
    path("system/", include("arbook.system.urls")),
]

urlpatterns = [
    # First, because vendors wait for these.
    path("webhooks/", include("arbook.webhooks.urls")),
    path("", dashboard.home, name="home"),
    path("stop-everything/", everywhere, name="stop_everything"),
    path("c/<slug:company_slug>/", include(of_company)),
    path("connect/quickbooks/callback/", quickbooks_callback, name="quickbooks_callback"),
    path("pay/", include(pay)),
    path("plan/<str:token>/", plan.plan, name="plan"),
    path("copy/<str:token>/", copies.copy, name="copy"),
    path("copy/<str:token>/invoice.pdf", copies.pdf, name="copy_pdf"),
    path("stop/", include("messaging.public_urls")),
    path("accounts/", include("arbook.companies.urls")),
    path("accounts/", include("allauth.urls")),
    path("support/", admin.site.urls),
    path("", include("arbook.operations.urls")),
    path("", include("arbook.web.urls")),
]
handler429 = "arbook.web.limits.too_many"
