"""User groups: one of them with its members, adding, changing and archiving it, who is missing."""

from django.db.models import Count, Prefetch
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.pages import export, panels, timeline
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from ..actions import group as actions
from ..forms.group import MembershipForm, UserGroupForm
from ..models import PersonEmail, UserGroup, UserGroupMembership
from ..representation import missing_domains, missing_organisations
from .ending import ending

MEMBERS_SHOWN, MISSING_SHOWN = 50, 8


@requires("view_directory")
def group(request, pk):
    """One user group: its members, who is missing, what happened with it."""
    user = request.user
    found = get_object_or_404(UserGroup.objects.visible_to(user).select_related("owner"), pk=pk)
    tab = request.GET.get("tab", "")
    opened = panels.open_tab("group", found, user, tab)
    now = found.memberships.current()
    numbers = now.aggregate(people=Count("person", distinct=True), organisations=Count("organisation", distinct=True))
    context = {
        "title": found.name,
        "crumbs": crumbs(),
        "group": found,
        "may_edit": UserGroup.objects.editable_by(user).filter(pk=pk).exists(),
        "may_log": user.has_perm("access.log_interactions"),
        "domains": found.domains.order_by("sort_key"),
        "numbers": numbers,
        "facts": panels.shown("group", found, user, "fact"),
        "buttons": panels.shown("group", found, user, "button"),
        "tabs": panels.tabs("group", found, user, tab, _("Members")),
        "open_tab": opened,
    }
    if opened is None:
        every = request.GET.get("members") == "all"
        members = list(members_of(found)[: None if every else MEMBERS_SHOWN + 1])
        missing = missing_organisations(found, user)
        context |= {
            "members": members if every else members[:MEMBERS_SHOWN],
            "more": not every and len(members) > MEMBERS_SHOWN,
            "past": found.memberships.filter(valid_to__lt=clock.today())
            .select_related("person", "organisation")
            .order_by("-valid_to", "pk")[:MEMBERS_SHOWN],
            "missing": missing[:MISSING_SHOWN],
            "missing_number": len(missing),
            "missing_domains": missing_domains(found),
            "segments": now.exclude(organisation__segment=None)
            .values("organisation__segment__title")
            .annotate(number=Count("person", distinct=True))
            .order_by("-number", "organisation__segment__title"),
            "timeline": timeline.timeline(request, "group", found, size=6),
            "rail": panels.shown("group", found, user, "rail"),
            "main": panels.shown("group", found, user, "main"),
        }
    return render(request, "stakeholders/group.html", context)


def members_of(found):
    """Those who belong to a group today, with what the table and the export say of them."""
    main = Prefetch("person__emails", PersonEmail.objects.filter(is_primary=True), to_attr="main_emails")
    return (
        found.memberships.current()
        .select_related("person", "organisation__segment")
        .prefetch_related(main)
        .order_by("importance", "person__sort_name", "pk")
    )


@requires("view_directory")
def members(request, pk):
    """The members of a group as a file."""
    found = get_object_or_404(UserGroup.objects.visible_to(request.user), pk=pk)
    head = [_("Person"), _("Organisation"), _("Role"), _("Importance"), _("E-mail"), _("From"), _("Until")]
    rows = (
        [
            row.person.name,
            str(row.organisation or ""),
            row.get_role_display(),
            row.importance,
            row.person.main_emails[0].address if row.person.main_emails else "",
            row.valid_from,
            row.valid_to,
        ]
        for row in members_of(found)
    )
    wish = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    return export.respond(wish, found.name, [str(title) for title in head], rows)


@requires("change_directory")
def create(request):
    """Add a user group."""
    form = UserGroupForm(posted(request), user=request.user, initial={"owner": request.user})
    return form_page(
        request,
        form,
        save=lambda form: actions.create(form.instance, actor=request.user, **form.details),
        title=_("Add user group"),
        verb=_("Add user group"),
        done=_("User group added."),
        crumbs=crumbs(),
        cancel=reverse("stakeholders:group_list"),
    )


@requires("change_directory")
def edit(request, pk):
    """Change a user group."""
    found = editable(request, pk)
    form = UserGroupForm(posted(request), instance=found, user=request.user)
    return form_page(
        request,
        form,
        save=lambda form: actions.edit(form.instance, actor=request.user, **form.details),
        title=_("Edit %(record)s") % {"record": found},
        done=_("User group saved."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def archive(request, pk):
    """Take a user group out of use."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Archive %(record)s") % {"record": found},
        consequences=[
            _("It leaves lists and choices. Its page, its members and all figures stay."),
            _("Its next contact is no longer due."),
        ],
        action=lambda: actions.archive(found, actor=request.user),
        verb=_("Archive"),
        danger=True,
        done=_("User group archived. It can be restored from its page."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def restore(request, pk):
    """Bring an archived user group back."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Restore %(record)s") % {"record": found},
        consequences=[_("It stands in lists and choices again, and its next contact is due by its rhythm.")],
        action=lambda: actions.restore(found, actor=request.user),
        verb=_("Restore"),
        done=_("User group restored."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def member_create(request, pk):
    """Add somebody to a user group."""
    found = editable(request, pk)
    return member_form(
        request,
        found,
        UserGroupMembership(group=found),
        title=_("Add a member to %(group)s") % {"group": found},
        verb=_("Add member"),
        done=_("Member added."),
    )


@requires("change_directory")
def member_edit(request, pk, row_pk):
    """Change somebody's role, organisation or dates in a user group."""
    found = editable(request, pk)
    row = get_object_or_404(found.memberships.select_related("person", "organisation"), pk=row_pk)
    return member_form(
        request,
        found,
        row,
        title=_("Edit membership: %(person)s") % {"person": row.person},
        verb=_("Save"),
        done=_("Membership saved."),
    )


def member_form(request, found, row, **words):
    """The page on which a membership is entered."""
    form = MembershipForm(posted(request), instance=row, user=request.user)

    def save(form):
        actions.save_membership(form.instance, actor=request.user)
        return found

    return form_page(request, form, save=save, crumbs=crumbs(found), cancel=found.get_absolute_url(), **words)


@requires("change_directory")
def member_end(request, pk, row_pk):
    """End a membership."""
    found = editable(request, pk)
    row = get_object_or_404(found.memberships, pk=row_pk)
    return ending(request, row, actions.end_membership, _("Membership ended."), back=found, crumbs=crumbs(found))


def editable(request, pk):
    """The group, if the reader may change it."""
    return get_object_or_404(UserGroup.objects.editable_by(request.user), pk=pk)


def crumbs(found=None):
    """The way to a user group."""
    way = [(_("User groups"), reverse("stakeholders:group_list"))]
    return [*way, (found.name, found.get_absolute_url())] if found else way
