from django.urls import path

from messaging.views import calls

urlpatterns = [
    path("", calls.queue, name="calls"),
    path("<int:call_id>/", calls.call, name="call"),
    path("<int:call_id>/result/", calls.result, name="call_result"),
    path("<int:call_id>/promise/", calls.promise, name="call_promise"),
    path("<int:call_id>/dispute/", calls.dispute, name="call_dispute"),
    path("of-customer/<int:customer_id>/", calls.ask, name="call_ask"),
]
