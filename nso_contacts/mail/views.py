"""Pages of the outbox: the list, one message, and what people do to messages."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from nso_contacts.access.policy import requires
from nso_contacts.office.models import Office
from nso_contacts.office.templatetags.office import office_datetime
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted, saved

from . import actions, telling, writing
from .forms import ReleaseForm
from .listings import group_of
from .models import Message

State = Message.State


@requires("view_messages")
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: what it says, what became of it, what can be done."""
    found = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    delivered = writing.delivered(found)
    written = delivered or writing.preview(found)
    context = {
        "message": found,
        "title": str(found) if found.subject_line else (written.subject if written else str(found)),
        "crumbs": [(_("Messages"), the_list())],
        "text": writing.shown_text(written.text) if written else "",
        "formatted": bool(written and written.html),
        "whole": delivered is not None,
        "steps": telling.steps(found),
        "group": group_of(found).visible_to(request.user).count(),
        "may_change": request.user.has_perm("access.change_messages"),
        "may_approve": request.user.has_perm("access.approve_messages"),
    }
    return render(request, "mail/message.html", context)


@requires("view_messages")
@xframe_options_sameorigin
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """The formatted message alone, for the frame on its page: no scripts, no forms, nothing from elsewhere."""
    found = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    delivered = writing.delivered(found)
    written = delivered or writing.preview(found)
    if written is None:
        raise Http404("Nothing is kept of this message.")
    html = writing.with_links_outside(written.html) if delivered else writing.shown_html(written.html)
    response = HttpResponse(html)
    sandbox = "sandbox allow-popups allow-popups-to-escape-sandbox" if delivered else "sandbox"
    response["Content-Security-Policy"] = (
        f"{sandbox}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@requires("change_messages")
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try once more what failed, bounced or was cancelled."""
    return _done(request, pk, actions.retry, _("The message is sent again."))


@requires("change_messages")
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Resolve a doubtful message: it did not arrive."""
    return _done(request, pk, actions.send_again, _("The message is sent again."))


@requires("change_messages")
@require_POST
def mark_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Resolve a doubtful message: it did arrive."""
    return _done(request, pk, actions.mark_sent, _("The message is marked as sent."))


@requires("change_messages")
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not send a message that waits or is in doubt."""
    return _done(request, pk, actions.stop, _("The message is cancelled."))


@requires("change_messages")
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a failure as it is."""
    return _done(request, pk, actions.leave, _("The message stays as it is."))


@requires("change_messages")
def send_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a waiting message and those that go out with it ahead of their time."""
    found = get_object_or_404(Message.objects.editable_by(request.user).filter(state__in=Message.TO_SEND), pk=pk)
    messages = group_of(found).editable_by(request.user)
    number = messages.count()
    return confirm_page(
        request,
        title=ngettext("Send %(number)s message now?", "Send %(number)s messages now?", number) % {"number": number},
        consequences=[
            _("“%(title)s” goes out at once instead of at its planned time.") % {"title": found.title},
            _("Whoever does not need it any more, or does not want it, does not get it."),
        ],
        action=lambda: actions.send_now(messages, actor=request.user) and f"{the_list()}?tab=scheduled",
        verb=_("Send now"),
        cancel=found.get_absolute_url(),
        done=_("On their way."),
        crumbs=[(_("Messages"), the_list())],
    )


@requires("approve_messages")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Release a held message and those that go out with it."""
    found = get_object_or_404(Message.objects.approvable_by(request.user), pk=pk)
    messages = group_of(found).approvable_by(request.user)
    number = messages.count()
    return confirm_page(
        request,
        title=ngettext("Approve %(number)s message?", "Approve %(number)s messages?", number) % {"number": number},
        consequences=[
            _("“%(title)s” goes out at its planned time, or at once if that has passed.") % {"title": found.title}
        ],
        action=lambda: actions.approve(messages, actor=request.user) and f"{the_list()}?tab=approve",
        verb=_("Approve"),
        cancel=found.get_absolute_url(),
        done=_("Approved."),
        crumbs=[(_("Messages"), the_list())],
    )


@requires("change_messages")
def release(request: HttpRequest) -> HttpResponse:
    """Let mail go that is held since the office was restored: what was written meanwhile goes out or is cancelled."""
    office = Office.objects.current()
    if office.mail_held_at is None:
        return redirect(the_list())
    form = ReleaseForm(posted(request), user=request.user)
    visible = Message.objects.visible_to(request.user)

    def save(form: ReleaseForm) -> str:
        actions.release(cancel=form.cleaned_data["waiting"] == ReleaseForm.CANCEL, actor=request.user)
        return the_list()

    return form_page(
        request,
        form,
        save=save,
        title=_("Let mail go"),
        lede=_("Mail is held since %(moment)s. %(because)s")
        % {"moment": office_datetime(office.mail_held_at), "because": office.mail_held_because},
        verb=_("Let mail go"),
        done=_("Mail goes out again."),
        crumbs=[(_("Messages"), the_list())],
        cancel=the_list(),
        template="mail/release.html",
        context={
            "waiting": visible.waiting().exclude(state=State.HELD).count(),
            "doubtful": visible.filter(state=State.UNCERTAIN).count(),
        },
    )


def the_list() -> str:
    """Return the address of the list of messages."""
    return reverse("mail:messages")


def _done(request: HttpRequest, pk: int, change: Callable[..., bool], said: str) -> HttpResponse:
    """Do one thing to one message and go back to its page; say so only if it was still possible."""
    found = get_object_or_404(Message.objects.editable_by(request.user), pk=pk)
    changed = change(found, actor=request.user)
    return saved(request, found, said if changed else _("Somebody was faster: nothing was changed."))
