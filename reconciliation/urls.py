app_name = "reconciliation"
urlpatterns = []
