"""People: one of them, adding, changing, archiving, their posts, a move, and their login."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nso_contacts.access.policy import requires
from nso_contacts.accounts.models import User
from nso_contacts.office import clock
from nso_contacts.office.templatetags.office import office_date
from nso_contacts.pages import panels, timeline
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from .. import posts
from ..actions import person as actions
from ..forms.person import InviteForm, LastDayForm, LoginForm, MoveForm, PersonForm, PostForm
from ..models import Organisation, Person, PersonEmail, Post
from ..similar import similar
from .duplicates import warned


@requires("view_directory")
def person(request, pk):
    """One person: posts, addresses, roles, what happened with them. A merged one leads to the other."""
    user = request.user
    found = get_object_or_404(
        Person.objects.visible_to(user).select_related("owner", "user", "merged_into").prefetch_related("domains"),
        pk=pk,
        anonymised_at=None,
    )
    if found.merged_into_id is not None:
        return redirect(found.merged_into, permanent=True)
    today = clock.today()
    held = list(found.posts.select_related("organisation").order_by(*Post._meta.ordering))
    now = [post for post in held if holds(post, today)]
    now.sort(key=lambda post: not post.is_primary)
    main = now[0] if now else None
    tab = request.GET.get("tab", "")
    opened = panels.open_tab("person", found, user, tab)
    context = {
        "title": found.name,
        "crumbs": crumbs(main.organisation if main else None),
        "person": found,
        "main_post": main,
        "today": today,
        "may_edit": Person.objects.editable_by(user).filter(pk=pk).exists(),
        "may_log": user.has_perm("access.log_interactions"),
        "facts": panels.shown("person", found, user, "fact"),
        "tabs": panels.tabs("person", found, user, tab, _("Overview")),
        "open_tab": opened,
    }
    if opened is None:
        context |= {
            "posts": [(post, post in now) for post in held],
            "emails": with_shared(found.emails.order_by("-is_primary", "state", "pk")),
            "names": found.names.all(),
            "focal_points": found.focal_points.current().select_related("domain").order_by("domain__sort_key", "pk"),
            "timeline": timeline.timeline(request, "person", found, size=6),
            "rail": panels.shown("person", found, user, "rail"),
            "main": panels.shown("person", found, user, "main"),
        }
    return render(request, "stakeholders/person.html", context)


def holds(post, day):
    """Whether a post is held on a day."""
    begun = post.valid_from is None or post.valid_from <= day
    return begun and (post.valid_to is None or post.valid_to >= day)


def with_shared(emails):
    """Addresses, each with how many other people use it too, in whatever case it is written."""
    rows = list(emails)
    shared: dict[str, set[int]] = {}
    others = PersonEmail.objects.alias(plain=Lower("address")).filter(
        plain__in=[row.address.lower() for row in rows], person__archived_at=None
    )
    for address, person_id in others.values_list("address", "person_id"):
        shared.setdefault(address.lower(), set()).add(person_id)
    return [(row, len(shared.get(row.address.lower(), set()) - {row.person_id})) for row in rows]


@requires("change_directory")
def create(request):
    """Add somebody; with a post in an organisation with `?organisation=`."""
    given = request.GET.get("organisation", "")
    at = (
        Organisation.objects.visible_to(request.user).filter(pk=given).first()
        if given.isdecimal() and len(given) < 19
        else None
    )
    form = PersonForm(posted(request), initial={"organisation": at}, user=request.user)
    warning = warned(request, form, Person)

    def save(form):
        warning.refuse_unless_confirmed()
        return actions.create(form.instance, actor=request.user, **form.details)

    return form_page(
        request,
        form,
        save=save,
        title=_("Add person"),
        verb=_("Add person"),
        done=_("Person added."),
        crumbs=crumbs(),
        cancel=at.get_absolute_url() if at else reverse("stakeholders:person_list"),
        template="stakeholders/directory_form.html",
        context=warning.context("stakeholders:person_similar"),
    )


@requires("change_directory")
def edit(request, pk):
    """Change what is known of somebody."""
    found = editable(request, pk)
    form = PersonForm(posted(request), instance=found, user=request.user)

    def save(form):
        return actions.edit(form.instance, actor=request.user, **form.details)

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit %(person)s") % {"person": found},
        done=_("Person saved."),
        crumbs=own_crumbs(found),
        cancel=found.get_absolute_url(),
        template="stakeholders/directory_form.html",
    )


@requires("change_directory")
@require_POST
def verify(request, pk):
    """Note that somebody's details were checked today."""
    found = editable(request, pk)
    actions.verify(found, actor=request.user)
    messages.success(request, _("Details checked today."))
    return redirect(found)


@requires("change_directory")
def archive(request, pk):
    """Take somebody out of lists and choices."""
    found = editable(request, pk)
    said = [
        _("They leave lists and choices. Their page, their history and all figures stay."),
        _("Their next contact is no longer due."),
    ]
    if found.user_id is not None:
        said.append(_("They can still sign in. An administrator ends that under Settings, Users."))
    return confirm_page(
        request,
        title=_("Archive %(person)s") % {"person": found},
        consequences=said,
        action=lambda: actions.archive(found, actor=request.user),
        verb=_("Archive"),
        danger=True,
        done=_("Person archived. They can be restored from their page."),
        crumbs=own_crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def restore(request, pk):
    """Bring an archived person back."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Restore %(person)s") % {"person": found},
        consequences=[_("They stand in lists and choices again, and their next contact is due by its rhythm.")],
        action=lambda: actions.restore(found, actor=request.user),
        verb=_("Restore"),
        done=_("Person restored."),
        crumbs=own_crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def likely(request):
    """People whose names are nearly what is being typed, for the warning beside the form."""
    found = similar(Person, request.GET.get("name", ""), request.user)
    return render(request, "stakeholders/parts/similar.html", {"similar": found})


# Posts ---------------------------------------------------------------------------------------------------------------


@requires("change_directory")
def post_create(request, pk):
    """Add a post."""
    found = editable(request, pk)
    form = PostForm(posted(request), initial={"is_primary": not found.posts.current().exists()}, user=request.user)

    def save(form):
        form.instance.person = found
        actions.add_post(form.instance, actor=request.user)
        return found

    return form_page(
        request,
        form,
        save=save,
        title=_("Add a post of %(person)s") % {"person": found},
        verb=_("Add post"),
        done=_("Post added."),
        consequences=[_("As the main post it takes that place from the other posts of the same time.")],
        crumbs=own_crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def post_edit(request, pk, post_pk):
    """Correct a post."""
    found = editable(request, pk)
    post = get_object_or_404(found.posts.select_related("organisation"), pk=post_pk)
    form = PostForm(posted(request), instance=post, user=request.user)

    def save(form):
        ended = actions.change_post(form.instance, actor=request.user)
        say_ended(request, posts.Dependents(focal_points=ended))
        return found

    return form_page(
        request,
        form,
        save=save,
        title=_("Correct the post of %(person)s") % {"person": found},
        done=_("Post saved."),
        consequences=[_("Focal points that no post carries any more end on its last day.")],
        crumbs=own_crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def post_end(request, pk, post_pk):
    """End a post, and say what ends with it."""
    found = editable(request, pk)
    post = get_object_or_404(found.posts.select_related("organisation"), pk=post_pk)
    today = clock.today()
    form = LastDayForm(posted(request), initial={"on": today}, user=request.user)

    def save(form):
        last_day = form.cleaned_data["on"]
        if post.valid_from and last_day < post.valid_from:
            raise ValidationError({"on": _("The post begins after that day.")})
        ended = actions.end_post(post, on=last_day, reason=form.cleaned_data["reason"], actor=request.user)
        say_ended(request, ended)
        return found

    return form_page(
        request,
        form,
        save=save,
        title=_("End the post “%(post)s”") % {"post": post},
        verb=_("End post"),
        done=_("Post ended."),
        crumbs=own_crumbs(found),
        cancel=found.get_absolute_url(),
        template="stakeholders/ending.html",
        context={"changes": posts.dependents(post, today).sentences(today)},
    )


@requires("change_directory")
def moved(request, pk):
    """Somebody has moved post: the old one ends, the next begins, and somebody follows them."""
    found = editable(request, pk)
    main = found.posts.current().select_related("organisation").order_by("-is_primary", "pk").first()
    if main is None:
        return redirect("stakeholders:post_create", found.pk)
    form = MoveForm(posted(request), person=found, user=request.user)

    def save(form):
        move = actions.Move(
            post=form.cleaned_data["post"],
            last_day=form.cleaned_data["last_day"],
            to=form.new_post,
            email=form.cleaned_data["email"],
            successors=form.successors,
        )
        ended = actions.move(found, move, actor=request.user)
        say_ended(request, ended)
        return found

    return form_page(
        request,
        form,
        save=save,
        title=_("%(person)s has moved post") % {"person": found},
        lede=now_in(main),
        verb=_("Save the move"),
        done=_("Move saved."),
        crumbs=own_crumbs(found),
        cancel=found.get_absolute_url(),
        template="stakeholders/ending.html",
        context={
            "changes": changes_of_move(found, form, main),
            "panels": panels.shown("person_moved", found, request.user),
        },
    )


def changes_of_move(found, form, main):
    """What a move changes, as far as the form is filled in."""
    last_day = form.likely_last_day
    ends = posts.dependents(main, last_day)
    said = ends.sentences(last_day)
    personal = found.group_memberships.not_ended(last_day).exclude(pk__in=[row.pk for row in ends.memberships])
    said += [
        (_("User group: %(group)s") % {"group": row.group}, _("Stays: the membership is personal"))
        for row in personal.select_related("group").order_by("group__name")
    ]
    if found.user_id is not None:
        said.append((_("Portal"), _("From the day after, they see the requests of the new organisation only")))
    return [
        *said,
        (_("Past contacts and figures"), _("Stay with %(organisation)s") % {"organisation": main.organisation}),
    ]


def now_in(post):
    """“Now: Head, labour market observatory, Ministry of Labour, since 1 March 2023.”"""
    if post.valid_from is None:
        return _("Now: %(post)s.") % {"post": post}
    return _("Now: %(post)s, since %(day)s.") % {"post": post, "day": office_date(post.valid_from)}


def say_ended(request, ended):
    """Say what ended together with a post."""
    for row in ended.focal_points:
        messages.warning(
            request,
            _("Focal point for %(domain)s at %(organisation)s ended with the post.")
            % {"domain": row.domain, "organisation": row.organisation},
        )
    for row in ended.seats:
        messages.warning(request, _("Seat in %(committee)s ended with the post.") % {"committee": row.seat.committee})
    for row in ended.memberships:
        messages.warning(request, _("Membership of %(group)s ended with the post.") % {"group": row.group})


# Signing in ----------------------------------------------------------------------------------------------------------


@requires("change_directory")
def invite(request, pk):
    """Invite somebody to the portal."""
    found = get_object_or_404(Person.objects.editable_by(request.user).active().filter(user=None), pk=pk)
    main = found.emails.filter(is_primary=True).values_list("address", flat=True).first() or ""
    form = InviteForm(posted(request), initial={"email": main}, user=request.user)

    def save(form):
        actions.invite_to_portal(found, email=form.cleaned_data["email"], actor=request.user)
        return found

    return form_page(
        request,
        form,
        save=save,
        title=_("Invite %(person)s to the portal") % {"person": found},
        verb=_("Send invitation"),
        done=_("Invitation sent."),
        consequences=[
            _("They get a message with a link to choose a password, valid for 14 days."),
            _("In the portal they see the requests of their own organisation, their invitations and our experts."),
        ],
        crumbs=own_crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("manage_users")
def user_person(request, pk):
    """Say which person a login belongs to."""
    login = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    linked = Person.objects.filter(user=login).first()
    form = LoginForm(posted(request), initial={"person": linked}, user=request.user)

    def save(form):
        chosen = form.cleaned_data["person"]
        if linked is not None and chosen != linked:
            actions.unlink(linked, actor=request.user)
        if chosen is not None:
            actions.link(chosen, login, actor=request.user)
        return login

    return form_page(
        request,
        form,
        save=save,
        title=_("Person of %(login)s") % {"login": login},
        done=_("Saved."),
        crumbs=[(_("Users"), reverse("accounts:users")), (str(login), login.get_absolute_url())],
        cancel=login.get_absolute_url(),
    )


def editable(request, pk):
    """The person, if the reader may change them and they were not merged away."""
    rows = Person.objects.editable_by(request.user).filter(merged_into=None, anonymised_at=None)
    return get_object_or_404(rows.select_related("user"), pk=pk)


def crumbs(organisation=None):
    """The way to a person, through the organisation of their main post."""
    way = [(_("People"), reverse("stakeholders:person_list"))]
    return [*way, (organisation.name, organisation.get_absolute_url())] if organisation else way


def own_crumbs(found):
    """The way to a page about a person."""
    return [*crumbs(), (found.name, found.get_absolute_url())]
