"""What the directory offers to do with many people or organisations at once."""

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.audit import history
from nso_contacts.office import clock

from . import bulk_kinds
from .actions import bulk_directory as actions
from .bulk_kinds import Kind, changed
from .forms import bulk as forms
from .models import BulkChange, Organisation, PersonDomain, UserGroupMembership

BOTH = ("person", "organisation")
IN_LISTS = gettext_lazy("Their pages, their histories and all figures stay.")


def register():
    """Offer them, and give their changes a name in histories."""
    bulk_kinds.register(*of_both(), *of_people(), *of_organisations())
    history.register_batch("bulk", in_history)
    history.register_batch("bulk-undo", undone_in_history)


def of_both():
    """What people and organisations have in common."""
    yield Kind(
        "owner",
        gettext_lazy("Change owner"),
        BOTH,
        describe=lambda given: _("Change the owner to %(owner)s") % {"owner": given["owner"] or _("nobody")},
        left_out=lambda subject, given: [(_("Has this owner already"), changed(owner=given["owner"]))],
        act=actions.hand_over,
        form=forms.OwnerForm,
        icon="person-gear",
        primary=True,
        consequences=(gettext_lazy("What is due with them stands in the new owner’s work from now on."),),
        order=10,
    )
    yield Kind(
        "cadence",
        gettext_lazy("Set the rhythm of contacts"),
        BOTH,
        describe=lambda given: rhythm(given["cadence_days"]),
        left_out=lambda subject, given: [(_("Has this rhythm already"), changed(cadence_days=given["cadence_days"]))],
        act=actions.set_cadence,
        form=forms.CadenceForm,
        icon="arrow-repeat",
        consequences=(gettext_lazy("The next contact with each is due by it."),),
        order=60,
    )
    yield Kind(
        "verify",
        gettext_lazy("Mark details as checked"),
        BOTH,
        describe=lambda given: _("Mark details as checked today"),
        left_out=lambda subject, given: [(_("Checked today already"), Q(verified_on=clock.today()))],
        act=actions.verify,
        icon="check2-square",
        order=70,
    )
    yield Kind(
        "archive",
        gettext_lazy("Archive"),
        BOTH,
        describe=lambda given: _("Archive"),
        left_out=cannot_be_archived,
        act=actions.archive,
        icon="archive",
        consequences=(gettext_lazy("They leave lists and choices."), IN_LISTS),
        order=90,
    )
    yield Kind(
        "restore",
        gettext_lazy("Restore"),
        BOTH,
        describe=lambda given: _("Restore from the archive"),
        left_out=lambda subject, given: [
            (_("Merged into another record"), Q(merged_into__isnull=False)),
            (_("In use already"), Q(archived_at=None)),
        ],
        act=actions.restore,
        icon="arrow-counterclockwise",
        primary=True,
        archived=True,
        consequences=(gettext_lazy("They stand in lists and choices again."),),
        order=90,
    )


def of_people():
    """What only people have: domains, groups, a language."""
    yield Kind(
        "domain-add",
        gettext_lazy("Add a domain"),
        ("person",),
        describe=lambda given: _("Add the domain %(domain)s") % given,
        left_out=lambda subject, given: [(_("Has this domain already"), in_domain(given))],
        act=actions.add_domain,
        form=forms.DomainForm,
        icon="tag",
        order=40,
    )
    yield Kind(
        "domain-remove",
        gettext_lazy("Remove a domain"),
        ("person",),
        describe=lambda given: _("Remove the domain %(domain)s") % given,
        left_out=lambda subject, given: [(_("Does not have this domain"), ~in_domain(given))],
        act=actions.remove_domain,
        form=forms.DomainForm,
        icon="tags",
        order=41,
    )
    yield Kind(
        "group-add",
        gettext_lazy("Add to group"),
        ("person",),
        describe=lambda given: _("Add to the group %(group)s") % given,
        left_out=lambda subject, given: [(_("Belongs to this group already"), in_group(given))],
        act=actions.add_to_group,
        form=forms.GroupForm,
        icon="people",
        primary=True,
        consequences=(gettext_lazy("Each belongs to it from today on, for the organisation of their main post."),),
        order=30,
    )
    yield Kind(
        "group-end",
        gettext_lazy("Remove from group"),
        ("person",),
        describe=lambda given: _("Remove from the group %(group)s") % given,
        left_out=lambda subject, given: [(_("Does not belong to this group after today"), ~in_group(given))],
        act=actions.end_in_group,
        form=forms.GroupForm,
        icon="person-dash",
        consequences=(gettext_lazy("Their membership ends today and stays in the history of the group."),),
        order=31,
    )
    yield Kind(
        "language",
        gettext_lazy("Set the language"),
        ("person",),
        describe=lambda given: _("Set the language for messages to %(language)s") % {"language": spoken(given)},
        left_out=lambda subject, given: [(_("Has this language already"), Q(language=given["language"]))],
        act=actions.set_language,
        form=forms.LanguageForm,
        icon="translate",
        order=50,
    )


def of_organisations():
    """What only organisations have."""
    yield Kind(
        "tier",
        gettext_lazy("Set importance"),
        ("organisation",),
        describe=lambda given: _("Set the importance to %(tier)s") % {"tier": Organisation.Tier(given["tier"]).label},
        left_out=lambda subject, given: [(_("Has this importance already"), Q(tier=given["tier"]))],
        act=actions.set_tier,
        form=forms.TierForm,
        icon="star",
        primary=True,
        order=20,
    )


def rhythm(days):
    """The rhythm in words."""
    if days is None:
        return _("Agree on no rhythm of contacts")
    return ngettext("Contact every day", "Contact every %(days)s days", days) % {"days": days}


def spoken(given):
    """The language in words."""
    return dict(settings.LANGUAGES).get(given["language"], _("not known"))


def in_domain(given):
    """A rule for people: filed under the domain."""
    return Exists(PersonDomain.objects.filter(person=OuterRef("pk"), domain=given["domain"]))


def in_group(given):
    """A rule for people: belongs to the group beyond today."""
    rows = UserGroupMembership.objects.not_ended(clock.today())
    return Exists(rows.filter(person=OuterRef("pk"), group=given["group"]))


def cannot_be_archived(subject, given):
    """Who is not archived: what is archived, and this office itself."""
    rules = [(_("Archived already"), Q(archived_at__isnull=False))]
    return rules if subject == "person" else [(_("This office itself"), Q(is_this_office=True)), *rules]


def in_history(key):
    """What the history of a record calls a bulk change, and where it is looked up and taken back."""
    change = BulkChange.objects.filter(key=key).first()
    return (_("Bulk change “%(change)s”") % {"change": change}, change.get_absolute_url()) if change else None


def undone_in_history(key):
    """What the history of a record calls the taking back of a bulk change."""
    change = BulkChange.objects.filter(key=key).first()
    return (_("Undoing “%(change)s”") % {"change": change}, change.get_absolute_url()) if change else None
