from invoices import customer_urls, plan_urls

app_name = "invoices"
urlpatterns = [*customer_urls.urlpatterns, *plan_urls.urlpatterns]
