"""What everybody may read about these pages: privacy, accessibility, help. They say only what is true."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from nso_contacts.access.policy import open_to_all
from nso_contacts.access.roles import STAFF_ROLES, has_role

from . import navigation
from .context import address


class Task(NamedTuple):
    """One main task of staff: what it is called, how it is done, and where. Shown to those who hold `capability`."""

    title: str | Promise
    how: str | Promise
    url_name: str
    capability: str


TASKS = (
    Task(
        gettext_lazy("Log a contact"),
        gettext_lazy(
            "Press L on any page, or the button at the top: who, how, what was said. Add a follow-up, and it becomes a "
            "task with a date."
        ),
        "stakeholders:interaction_create",
        "log_interactions",
    ),
    Task(
        gettext_lazy("Keep the directory true"),
        gettext_lazy(
            "Open the person and choose what happened: moved, left, new address. Posts, focal points and seats that "
            "hang on it end on the same day, and you are asked who follows."
        ),
        "stakeholders:person_list",
        "change_directory",
    ),
    Task(
        gettext_lazy("Run a workshop"),
        gettext_lazy(
            "Plan it, choose invitees, look at one letter, send. Reminders, the joining link, thanks and the survey go "
            "out by themselves on the days shown on its page."
        ),
        "workshops:list",
        "change_workshops",
    ),
    Task(
        gettext_lazy("Answer a data request"),
        gettext_lazy(
            "Triage sets the class, and with it the day the answer is due. A question to the requester stops the clock."
        ),
        "feedback:request_list",
        "view_requests",
    ),
    Task(
        gettext_lazy("Record a need"),
        gettext_lazy("What users lack goes into the register, with who said it; they hear what was decided."),
        "feedback:need_list",
        "raise_needs",
    ),
    Task(
        gettext_lazy("Say what was done"),
        gettext_lazy("Write “you said, we did”. A manager publishes it, and everybody can read it."),
        "feedback:response_list",
        "change_responses",
    ),
    Task(
        gettext_lazy("See what users think"),
        gettext_lazy("Each figure shows its base and opens the records behind it. Small groups stay hidden."),
        "feedback:satisfaction",
        "view_insight",
    ),
    Task(
        gettext_lazy("See what went out"),
        gettext_lazy("Every message with what became of it. What failed or is in doubt waits here for you."),
        "mail:messages",
        "view_messages",
    ),
    Task(
        gettext_lazy("Bring in a list"),
        gettext_lazy(
            "The file is checked whole before anything is written; wrong rows come back with the reason, to be "
            "corrected and uploaded again."
        ),
        "imports:list",
        "run_imports",
    ),
    Task(
        gettext_lazy("Let a colleague in"),
        gettext_lazy("Invite them with a role; they choose a password by the link in their e-mail."),
        "accounts:users",
        "manage_users",
    ),
)


@open_to_all(because="people have a right to know before they give anything")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What the office keeps of people, why, how long, and what they can ask for."""
    return render(request, "pages/privacy.html", {"title": _("Privacy")})


@open_to_all(because="somebody who meets a barrier may not be able to sign in")
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How these pages can be used, what is known not to work, and whom to tell."""
    return render(request, "pages/accessibility.html", {"title": _("Accessibility")})


@open_to_all(because="help with signing in is read before signing in")
@require_safe
def help_(request: HttpRequest) -> HttpResponse:
    """What can be done here: staff read where their tasks are, everybody else how to answer and ask."""
    if not (request.user.is_authenticated and has_role(request.user, *STAFF_ROLES)):
        return render(request, "pages/help.html", {"title": _("Help")})
    tasks = [
        (task.title, task.how, address(task.url_name))
        for task in TASKS
        if request.user.has_perm(f"access.{task.capability}")
    ]
    context = {"title": _("Help"), "sections": navigation.sections(request), "tasks": tasks}
    return render(request, "pages/help_staff.html", context)
