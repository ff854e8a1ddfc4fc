"""Passwords in tests are hashed as everywhere, in fewer rounds: nobody tries to guess them."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class FewRounds(PBKDF2PasswordHasher):
    """A real password takes a good part of a second, at every sign-in and every change."""

    iterations = 1_000
