"""The page a mail's recipient sees. The message's own random id is all the proof there is."""

from django.urls import path

from messaging.views import unsubscribe

urlpatterns = [path("<uuid:message_uuid>/", unsubscribe.unsubscribe, name="unsubscribe")]
