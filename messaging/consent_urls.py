"""What of messaging is about consent and reach: registration, decisions on a yes, the calendar."""

from django.urls import path

from messaging.views import calendar, opt_ins, registration

urlpatterns = [
    path("registration/", registration.registration, name="registration"),
    path("registration/read/", registration.read, name="registration_read"),
    path("opt-ins/<int:opt_in_id>/", opt_ins.decide, name="opt_in"),
    path("calendar/", calendar.week, name="calendar"),
    path("calendar/<int:customer_id>/", calendar.of_customer, name="calendar_of_customer"),
]
