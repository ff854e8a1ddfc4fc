from django.urls import path

from arbook.web import views

app_name = "web"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("theme/", views.theme, name="theme"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
