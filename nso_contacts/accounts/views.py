"""Pages about signing in: the invitation, one's own settings, and the users of the office."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.internal.flows import trust
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from nso_contacts.access.policy import open_to_all, requires, signed_in
from nso_contacts.access.roles import STAFF_ROLES, has_role
from nso_contacts.mail import links
from nso_contacts.pages import panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from . import actions
from .forms import InvitationForm, InviteForm, PreferencesForm, RolesForm
from .models import User

SIGNED_IN = "everybody keeps their own settings"


class CodeView(AuthenticateView):
    """The second step of signing in, with the choice not to be asked again on this device for a while."""

    def form_valid(self, form):
        """Let the reader in; remember the device when they ask for it."""
        response = super().form_valid(form)
        if self.request.POST.get("trust"):
            trust.trust_browser(self.request, self.stage.login.user, response)
        return response


# The invitation ------------------------------------------------------------------------------------------------------


@open_to_all(because="the personal link in the message stands for the invited person")
@never_cache
def invitation(request, token):
    """Choose a password and sign in for the first time."""
    try:
        link = links.resolve(actions.INVITATION, token)
    except links.LinkExpired as ended:
        return render(request, "accounts/invitation_ended.html", {"invited": ended.link.record}, status=410)
    invited = link.record
    form = InvitationForm(posted(request), invited=invited, user=request.user)

    def save(form):
        data = form.cleaned_data
        user = actions.accept_invitation(
            User.objects.get(pk=invited.pk), name=data["name"], password=data["password"], actor=invited
        )
        return perform_login(request, Login(user=user, email=user.email)).url

    return form_page(
        request,
        form,
        save=save,
        title=_("Welcome"),
        lede=_("You sign in with %(email)s and the password you choose here.") % {"email": invited.email},
        verb=_("Save and sign in"),
        base="portal_base.html",
    )


# One's own settings --------------------------------------------------------------------------------------------------


@signed_in(because=SIGNED_IN)
def me(request):
    """Language, zone, appearance, keys, absence; below them sign-in and sessions."""
    user = User.objects.get(pk=request.user.pk)
    form = PreferencesForm(posted(request), instance=user, user=user)

    def save(form):
        actions.save_preferences(form.instance, actor=request.user)
        return reverse("accounts:me")

    response = form_page(
        request,
        form,
        save=save,
        title=_("Your settings"),
        lede=user.email,
        verb=_("Save settings"),
        done=_("Saved."),
        template="accounts/me.html",
        base=shell_of(user),
        context={
            "sessions": sessions_of(user, request.session.session_key),
            "two_step": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first(),
            "panels": panels.shown("me", user, request.user),
        },
    )
    if response.status_code == 302:
        # What is set here holds from now on, also where another language was chosen for the moment.
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response


@signed_in(because=SIGNED_IN)
@require_POST
def end_other_sessions(request):
    """Sign out everywhere but here."""
    ended = actions.end_other_sessions(request.user, keep=request.session.session_key, actor=request.user)
    messages.success(request, _("Signed out elsewhere.") if ended else _("You are signed in nowhere else."))
    return redirect("accounts:me")


@open_to_all(because="a reader chooses a language before signing in")
@require_POST
def language(request):
    """Remember the language chosen in the menu, on this device, and go back to the page."""
    return set_language(request)


def shell_of(user):
    """The frame of pages that everybody has: the staff's for staff, the portal's for ministry experts."""
    return "base.html" if has_role(user, *STAFF_ROLES) else "portal_base.html"


def sessions_of(user, current):
    """Where somebody is signed in, here first, then the last used first."""
    found = UserSession.objects.filter(user=user).order_by("-last_seen_at")
    alive = set(
        Session.objects.filter(
            session_key__in=[session.session_key for session in found], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    rows = [
        {"device": device(session.user_agent), "ip": session.ip, "seen": session.last_seen_at, "here": key == current}
        for session in found
        if (key := session.session_key) in alive or key == current
    ]
    return sorted(rows, key=lambda row: not row["here"])


def device(user_agent):
    """The browser and the system of a session, in words a person knows."""
    browser = next((b for b in ("Edg", "OPR", "Firefox", "Chrome", "Safari") if b in user_agent), "")
    system = next((s for s in ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux") if s in user_agent), "")
    names = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}
    known = [names.get(word, word) for word in (browser, system) if word]
    return ", ".join(known) or _("Unknown device")


# The users of the office ---------------------------------------------------------------------------------------------


@requires("manage_users")
def user_invite(request):
    """Invite somebody by e-mail."""
    form = InviteForm(posted(request), user=request.user)

    def save(form):
        return actions.invite(form.instance, form.cleaned_data["roles"], actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Invite somebody"),
        verb=_("Send invitation"),
        cancel=reverse("accounts:users"),
        crumbs=crumbs(),
        done=_("The invitation is on its way."),
        consequences=[
            _("They get an e-mail with a link to choose a password."),
            _("The link works for %(days)s days.") % {"days": actions.INVITATION_DAYS},
        ],
    )


@requires("manage_users")
def user(request, pk):
    """One user: roles, state, what can be done."""
    found = get_object_or_404(User.objects.visible_to(request.user).prefetch_related("groups"), pk=pk)
    form = RolesForm(posted(request), user=request.user, initial={"roles": found.roles})

    def save(form):
        return actions.change_roles(found, form.cleaned_data["roles"], actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=str(found),
        lede=found.email if found.name else "",
        verb=_("Save roles"),
        crumbs=crumbs(),
        done=_("Roles saved."),
        template="accounts/user.html",
        context={
            "subject": found,
            "invitation_ends": found.invited_at and actions.invitation_expires(found.invited_at),
            "two_step": Authenticator.objects.filter(user=found, type=Authenticator.Type.TOTP).first(),
            "panels": panels.shown("user", found, request.user),
            "now": timezone.now(),
        },
    )


@requires("manage_users")
def user_deactivate(request, pk):
    """Keep somebody from signing in."""
    found = get_object_or_404(User.objects.editable_by(request.user), pk=pk)
    return confirm_page(
        request,
        title=_("Deactivate %(name)s") % {"name": found},
        consequences=[
            _("They are signed out everywhere and cannot sign in any more."),
            _("What they did stays under their name; what is assigned to them stays assigned."),
            _("They can be let in again at any time."),
        ],
        action=lambda: actions.deactivate(found, actor=request.user),
        verb=_("Deactivate"),
        danger=True,
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        done=_("Deactivated."),
    )


@requires("manage_users")
@require_POST
def user_reactivate(request, pk):
    """Let somebody sign in again."""
    found = get_object_or_404(User.objects.editable_by(request.user), pk=pk)
    messages.success(request, _("They can sign in again."))
    return redirect(actions.reactivate(found, actor=request.user))


@requires("manage_users")
@require_POST
def user_send_invitation(request, pk):
    """Send the invitation again."""
    found = get_object_or_404(User.objects.editable_by(request.user).active(), pk=pk)
    actions.send_invitation(found, actor=request.user)
    messages.success(request, _("A new invitation is on its way; the link of the earlier one has ended."))
    return redirect(found)


@requires("manage_users")
def user_reset_two_step(request, pk):
    """Take the second step off somebody who lost their device."""
    found = get_object_or_404(User.objects.editable_by(request.user), pk=pk)
    return confirm_page(
        request,
        title=_("Remove the second step of %(name)s") % {"name": found},
        consequences=[
            _("They sign in with their password alone, and can set up another app."),
            _("Their recovery codes end too."),
            _("Make sure that it is really they who ask for it."),
        ],
        action=lambda: actions.reset_two_step(found, actor=request.user),
        verb=_("Remove second step"),
        danger=True,
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        done=_("Removed."),
    )


def crumbs(found=None):
    """The way to a page about users."""
    way = [(_("Settings"), reverse("office:settings")), (_("Users"), reverse("accounts:users"))]
    return [*way, (str(found), found.get_absolute_url())] if found else way
