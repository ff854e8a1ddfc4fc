"""Files that Twilio points to instead of answering: long lists, good for some minutes."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient

NUMBER = re.compile(rb"\+?1?[2-9]\d{9}")
# A day has some ten thousand numbers; a file far beyond that is not what we asked for.
LARGEST = 64 * 1024 * 1024
PART = 256 * 1024
# Where such files lie. Nothing of ours goes along, but we do not fetch from anywhere either.
HOSTS = (".amazonaws.com", ".twilio.com", ".twiliocdn.com")


def read(url: str, client: TwilioHttpClient) -> set[str]:
    """Every US number of the file, as E.164. Raises TwilioRestException when it is not theirs."""
    if not _is_theirs(url):
        raise TwilioRestException(404, "", "the list lies at an unknown place")
    answer = client.session.get(url, timeout=client.timeout, stream=True, allow_redirects=False)
    with answer:
        if answer.status_code != 200:
            raise TwilioRestException(answer.status_code, "", "the list could not be read")
        content = bytearray()
        for part in answer.iter_content(PART):
            content += part
            if len(content) > LARGEST:
                break
    return {f"+1{found.decode()[-10:]}" for found in NUMBER.findall(content)}


def _is_theirs(url: str) -> bool:
    parts = urlsplit(url)
    if settings.TWILIO_API_URL and url.startswith(f"{settings.TWILIO_API_URL}/"):
        return True
    return parts.scheme == "https" and (parts.hostname or "").endswith(HOSTS)
