app_name = "setup"
urlpatterns = []
