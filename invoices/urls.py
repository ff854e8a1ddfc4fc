from invoices import customer_urls

app_name = "invoices"
urlpatterns = [*customer_urls.urlpatterns]
