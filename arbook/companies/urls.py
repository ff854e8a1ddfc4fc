from django.urls import path

from arbook.companies import views

urlpatterns = [
    path("second-factor/", views.second_factor_needed, name="second_factor_needed"),
    path("second-factor/saved/", views.recovery_codes_saved, name="recovery_codes_saved"),
    path("sessions/<int:session_id>/end/", views.end_session, name="end_session"),
]
