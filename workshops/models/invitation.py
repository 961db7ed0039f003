"""Invitations: who was asked to an event, and what they answered."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked
from stakeholders.models import Organisation, Person

from ..permissions import event_edit_scope, event_scope, own_invitation_scope
from .event import Event


class InvitationQuerySet(models.QuerySet):
    """Invitations."""

    def visible_to(self, user):
        return self.filter(event__in=Event.objects.filter(event_scope(user)))

    def editable_by(self, user):
        return self.filter(event__in=Event.objects.filter(event_edit_scope(user)))

    def own(self, user):
        """The invitations of the person who signs in with `user` (their portal)."""
        return self.filter(own_invitation_scope(user))

    def sent(self):
        """Those whose message has been handed over for sending."""
        return self.filter(invited_at__isnull=False)

    def chosen(self):
        """Those who are on the list and have not been written to."""
        return self.filter(invited_at=None)

    def unanswered(self):
        """Those who were asked and have not said anything: the only ones a reminder may reach."""
        return self.sent().filter(reply="")

    def expected(self):
        """Those who said they will come, or may."""
        return self.sent().filter(reply__in=[Invitation.Reply.ACCEPTED, Invitation.Reply.TENTATIVE])

    def not_declined(self):
        """Those whom a change of the event concerns: everybody asked who has not said no."""
        return self.sent().exclude(reply__in=[Invitation.Reply.DECLINED, Invitation.Reply.DELEGATED])


@tracked(exclude=["revision"])
class Invitation(models.Model):
    """One person's invitation to one event, with the answer."""

    class Reply(models.TextChoices):
        ACCEPTED = "ACCEPTED", pgettext_lazy("reply to an invitation", "Accepted")
        TENTATIVE = "TENTATIVE", _("Tentative")
        DECLINED = "DECLINED", pgettext_lazy("reply to an invitation", "Declined")
        DELEGATED = "DELEGATED", _("Delegated")

    class Joins(models.TextChoices):
        ROOM = "ROOM", _("Room")
        ONLINE = "ONLINE", _("Online")

    class Source(models.TextChoices):
        """Where on the page of invitees somebody was found."""

        FOCAL_POINT = "FOCAL_POINT", _("focal points")
        GROUP = "GROUP", _("group members")
        COMMITTEE = "COMMITTEE", _("committee members")
        ORGANISATION = "ORGANISATION", _("from an organisation")
        FILTER = "FILTER", _("from the people filter")
        PERSON = "PERSON", _("one by one")
        DELEGATE = "DELEGATE", _("named by somebody invited")

    event = models.ForeignKey(Event, models.CASCADE, related_name="invitations", verbose_name=_("workshop"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="invitations", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("organisation at that time"),
    )
    source = models.CharField(_("chosen from"), max_length=12, choices=Source, default=Source.PERSON)
    is_key = models.BooleanField(_("key user"), default=False)
    delegate_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="delegates", verbose_name=_("comes for")
    )
    invited_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    reply = models.CharField(_("reply"), max_length=10, choices=Reply, blank=True)
    joins = models.CharField(_("joins"), max_length=6, choices=Joins, blank=True)
    delegate = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("colleague who comes instead")
    )
    answered_at = models.DateTimeField(_("replied on"), null=True, blank=True, editable=False)
    # Set when a colleague of the office wrote the answer down, after a call for example.
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    interpretation = models.CharField(_("interpretation"), max_length=7, blank=True)
    needs = models.CharField(_("needs to take part"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["event", "person__sort_name", "pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [
            models.Index(F("person"), F("invited_at").desc(), name="invitation_person_recent"),
            models.Index(F("organisation"), F("invited_at").desc(), name="invitation_organ_recent"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "person"],
                name="invitation_once",
                violation_error_message=_("This person is already on the list."),
            ),
            models.CheckConstraint(
                condition=Q(reply="", answered_at=None) | ~Q(reply="") & Q(answered_at__isnull=False),
                name="invitation_answer_has_a_time",
                violation_error_message=_("A reply has the time at which it was given."),
            ),
            models.CheckConstraint(
                condition=Q(reply="") | Q(invited_at__isnull=False),
                name="invitation_answered_after_sending",
                violation_error_message=_("Nobody can reply to an invitation that was not sent."),
            ),
            models.CheckConstraint(
                condition=Q(reply__in=["ACCEPTED", "TENTATIVE"]) & ~Q(joins="")
                | ~Q(reply__in=["ACCEPTED", "TENTATIVE"]) & Q(joins=""),
                name="invitation_joins_when_coming",
                violation_error_message=_("Say whether they join in the room or online."),
            ),
            models.CheckConstraint(
                condition=Q(reply="DELEGATED", delegate__isnull=False) | ~Q(reply="DELEGATED") & Q(delegate=None),
                name="invitation_delegated_to_somebody",
                violation_error_message=_("Name the colleague who comes instead."),
            ),
            models.CheckConstraint(
                condition=Q(delegate=None) | ~Q(delegate=F("person")),
                name="invitation_delegate_is_another",
                violation_error_message=_("Name somebody else than the person invited."),
            ),
            models.CheckConstraint(
                condition=Q(delegate_for=None) | ~Q(delegate_for=F("pk")),
                name="invitation_not_for_itself",
                violation_error_message=_("Nobody comes for themselves."),
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(reply=""),
                name="invitation_recorded_answer",
                violation_error_message=_("Only a reply is written down by somebody."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.person}: {self.event}"

    def get_absolute_url(self):
        return self.event.get_absolute_url()

    @property
    def is_coming(self):
        """Whether they said they will come, or may."""
        return self.reply in (self.Reply.ACCEPTED, self.Reply.TENTATIVE)
