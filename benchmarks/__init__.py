"""How fast the office is, measured beside Django's admin over the same rows (`make bench`)."""
