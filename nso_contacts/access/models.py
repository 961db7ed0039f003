"""Capabilities as Django permissions. There is no table: the model exists to own them."""

from django.db import models

from .roles import CAPABILITIES


class Capability(models.Model):
    """The owner of the permissions that routes ask for, named `access.<capability>`."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = list(CAPABILITIES.items())

    def __str__(self):
        return "capability"
