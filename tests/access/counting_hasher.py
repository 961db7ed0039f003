"""The office's own hasher, which also counts how often it works: that is what the time of a sign-in consists of."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

worked: list[int] = []


class CountingHasher(PBKDF2PasswordHasher):
    """Notes the iterations of each hash."""

    def encode(self, password, salt, iterations=None):
        worked.append(iterations or self.iterations)
        return super().encode(password, salt, iterations)
