"""Signing in: people are invited by an owner, nobody signs up alone."""

import logging
from smtplib import SMTPException

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.shortcuts import redirect

logger = logging.getLogger(__name__)


class InvitedOnly(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send at once, and say so when that fails: a link kept for later is a key left lying."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("mail %s was not sent: %s", template_prefix, error)
            words = "The mail server does not answer. Please try again in some minutes."
            messages.error(self.request, words)
            raise ImmediateHttpResponse(redirect(self.request.path)) from None
