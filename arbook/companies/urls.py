from django.urls import path

from arbook.companies import views

urlpatterns = [
    # In the place of allauth's own, which stands behind it.
    path("email/", views.Addresses.as_view(), name="account_email"),
    path("second-factor/", views.second_factor_needed, name="second_factor_needed"),
    path("second-factor/saved/", views.recovery_codes_saved, name="recovery_codes_saved"),
    path("sessions/<int:session_id>/end/", views.end_session, name="end_session"),
]
