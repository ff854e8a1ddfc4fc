from invoices import books_urls, customer_urls, plan_urls

app_name = "invoices"
urlpatterns = [
    *books_urls.urlpatterns,
    *customer_urls.urlpatterns,
    *plan_urls.urlpatterns,
]
