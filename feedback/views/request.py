"""Data requests for staff: the list, one request, and every act on it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from nso_contacts.access.policy import requires
from nso_contacts.pages import drafts, panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from .. import wording
from ..actions import request as actions
from ..forms.request import (
    AssignForm,
    CheckForm,
    MessageForm,
    RedirectForm,
    RefuseForm,
    StaffRequestForm,
    TextForm,
    TriageForm,
)
from ..listings.request import RequestListing
from ..models import DataRequest, RequestMessage

listing = RequestListing.as_view()
Status = DataRequest.Status


def seen(user, pk):
    """The request, if `user` may see it."""
    requests = DataRequest.objects.visible_to(user).select_related("requester", "organisation", "assignee", "domain")
    return get_object_or_404(requests, pk=pk)


def worked_on(user, pk):
    """The request, if `user` may work on it."""
    return get_object_or_404(DataRequest.objects.editable_by(user), pk=pk)


# The draft of an entry of the conversation.
MESSAGE_DRAFT = "feedback.request_message"


def crumbs(request=None):
    """Where the pages of a request hang."""
    trail = [(_("Data requests"), "/requests/")]
    return [*trail, (request.reference, request.get_absolute_url())] if request else trail


@requires("view_requests")
@require_GET
def detail(request, pk):
    """One request: what is asked, the conversation, its clock and what can be done now."""
    record = seen(request.user, pk)
    tab = request.GET.get("tab", "")
    may_work = DataRequest.objects.editable_by(request.user).filter(pk=pk).exists()
    page = {
        "title": record.subject,
        "record": record,
        "crumbs": crumbs(),
        "mark": wording.mark(record),
        "reading": wording.reading(record),
        "days": wording.how_it_counts(record),
        "conversation": conversation(record, request.GET.get("show", "")),
        "show": request.GET.get("show", ""),
        "request_files": record.files.filter(message=None).select_related("file"),
        **message_form(request, record, may_work=may_work),
        "acts": acts(record, request.user, may_work=may_work),
        "checks": record.disclosure_checks.select_related("checker", "producer"),
        "tabs": panels.tabs("request", record, request.user, tab, _("Request")),
        "open_tab": panels.open_tab("request", record, request.user, tab),
        "rail": panels.shown("request", record, request.user, "rail"),
        "main_panels": panels.shown("request", record, request.user, "main"),
        "asked_this_year": record.requester.data_requests.filter(received_at__year=record.received_at.year).count()
        if record.requester
        else 0,
    }
    return render(request, "feedback/request.html", page)


def message_form(request, record, *, may_work):
    """The form of the conversation, as its reader left it; none for those who only read."""
    if not may_work:
        return {"form": None}
    form = MessageForm(user=request.user)
    return {"form": form, **drafts.prepare(request, drafts.form_of(MESSAGE_DRAFT, record), form)}


def conversation(record, show):
    """The entries of the conversation that the reader chose to see."""
    entries = record.messages.select_related("author").prefetch_related("files__file")
    if show == "requester":
        return entries.exclude(kind=RequestMessage.Kind.INTERNAL)
    if show == "internal":
        return entries.filter(kind=RequestMessage.Kind.INTERNAL)
    return entries


@dataclass(frozen=True)
class Act:
    """Something that can be done with a request in some of its states.

    `by` is the capability it takes; without one it is for those who may work on the request. The act that is most
    likely next is the `main` one, on a condition where that depends on the request.
    """

    words: Callable[[DataRequest], object]
    url_name: str
    statuses: tuple[str, ...]
    by: str = ""
    main: Callable[[DataRequest], bool] = lambda _record: False
    only_if: Callable[[DataRequest], bool] = lambda _record: True

    def fits(self, record, user, *, may_work):
        """Whether `user` can do it with the request as it stands."""
        allowed = user.has_perm(f"access.{self.by}") if self.by else may_work
        return allowed and record.status in self.statuses and self.only_if(record)


def said(words):
    """Words that are the same for every request."""
    return lambda _record: words


def triage_words(record):
    """The first triage, or another."""
    return _("Triage again") if record.request_class else _("Triage")


def is_untriaged(record):
    """Whether nobody has set the class yet."""
    return not record.request_class


def always(_record):
    """The act that comes next in its state."""
    return True


def is_checked(record):
    """Whether the class takes a disclosure check."""
    return record.request_class in actions.CHECKED_CLASSES


ACTS = (
    Act(
        triage_words,
        "feedback:request_triage",
        (Status.RECEIVED, Status.ACKNOWLEDGED, Status.TRIAGED, Status.IN_PROGRESS),
        by="triage_requests",
        main=is_untriaged,
    ),
    Act(said(_("Start work")), "feedback:request_start", (Status.TRIAGED, Status.READY)),
    Act(said(_("Go on working")), "feedback:request_resume", DataRequest.WAITING),
    Act(
        said(_("Hand in for disclosure check")),
        "feedback:request_hand_in",
        (Status.TRIAGED, Status.IN_PROGRESS),
        only_if=is_checked,
    ),
    Act(
        said(_("Sign disclosure check")),
        "feedback:request_check",
        (Status.DISCLOSURE_CHECK,),
        by="sign_disclosure",
        main=always,
    ),
    Act(said(_("Assign")), "feedback:request_assign", DataRequest.OPEN),
    Act(said(_("Decline")), "feedback:request_refuse", DataRequest.OPEN),
    Act(said(_("Pass on")), "feedback:request_redirect", DataRequest.OPEN),
    Act(said(_("Close as duplicate")), "feedback:request_duplicate", DataRequest.OPEN),
    Act(said(_("Withdrawn by requester")), "feedback:request_withdraw", DataRequest.OPEN),
    Act(said(_("Close")), "feedback:request_close", (Status.DELIVERED,), main=always),
    Act(said(_("Take up again")), "feedback:request_reopen", (Status.DELIVERED, Status.CLOSED)),
)


def acts(record, user, *, may_work):
    """What can be done with the request now, as (words, url name, main)."""
    fitting = [act for act in ACTS if act.fits(record, user, may_work=may_work)]
    return [(act.words(record), act.url_name, act.main(record)) for act in fitting]


@requires("triage_requests")
def create(request):
    """Record a request that came by mail, call or letter."""
    form = StaffRequestForm(posted(request), user=request.user)

    def save(form):
        return actions.submit(form.save(commit=False), actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Record a request"),
        verb=_("Save request"),
        crumbs=crumbs(),
        cancel="/requests/",
        kept="feedback.request",
        consequences=[
            _("The requester gets a receipt by e-mail, with a link to follow the request."),
            _("The clock starts; triage sets the class and its target."),
        ],
    )


@requires("triage_requests")
def edit(request, pk):
    """Correct what is asked."""
    record = worked_on(request.user, pk)
    form = StaffRequestForm(posted(request), instance=record, user=request.user)

    def save(form):
        return actions.correct(form.save(commit=False), actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit request"),
        crumbs=crumbs(record),
        cancel=record.get_absolute_url(),
        kept=drafts.form_of("feedback.request", record),
    )


@requires("triage_requests")
def triage(request, pk):
    """Set the class, the domain and who answers."""
    record = worked_on(request.user, pk)
    initial = {
        "request_class": record.request_class,
        "is_free": record.is_free,
        "domain": record.domain,
        "assignee": record.assignee or request.user,
    }
    form = TriageForm(posted(request), initial=initial, user=request.user)

    def save(form):
        return actions.triage(record, **form.cleaned_data, actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Triage"),
        lede=record.subject,
        verb=_("Save triage"),
        crumbs=crumbs(record),
        cancel=record.get_absolute_url(),
        consequences=[_("The clock counts again from day 0, with the target of the class.")],
    )


@requires("triage_requests", "answer_requests")
def assign(request, pk):
    """Say who answers."""
    record = worked_on(request.user, pk)
    form = AssignForm(posted(request), initial={"assignee": record.assignee}, user=request.user)

    def save(form):
        actions.assign(record, form.cleaned_data["assignee"], actor=request.user)
        return "feedback:request_list"

    return form_page(
        request,
        form,
        save=save,
        title=_("Assign"),
        lede=record.subject,
        verb=_("Assign"),
        crumbs=crumbs(record),
        cancel=record.get_absolute_url(),
        consequences=[_("Whoever it is assigned to is told by e-mail. The clock runs on.")],
        done=_("The request is assigned."),
    )


@requires("triage_requests", "answer_requests")
def write(request, pk):
    """Write an entry of the conversation: a reply, a question, the answer or an internal note."""
    record = worked_on(request.user, pk)
    form = MessageForm(posted(request), user=request.user)
    act = {
        MessageForm.Act.REPLY: actions.reply,
        MessageForm.Act.ASK: actions.ask,
        MessageForm.Act.ANSWER: actions.answer,
        MessageForm.Act.NOTE: actions.note,
    }

    def save(form):
        uploads = [form.cleaned_data["file"]] if form.cleaned_data["file"] else []
        act[form.cleaned_data["act"]](record, form.cleaned_data["text"], actor=request.user, uploads=uploads)
        return record

    return form_page(
        request,
        form,
        save=save,
        title=_("Write about the request"),
        lede=record.subject,
        verb=_("Send"),
        crumbs=crumbs(record),
        cancel=record.get_absolute_url(),
        kept=drafts.form_of(MESSAGE_DRAFT, record),
    )


@requires("sign_disclosure")
def check(request, pk):
    """Sign the disclosure check of somebody else's work."""
    record = seen(request.user, pk)
    form = CheckForm(posted(request), user=request.user)

    def save(form):
        actions.sign_check(record, **form.cleaned_data, actor=request.user)
        return record

    return form_page(
        request,
        form,
        save=save,
        title=_("Disclosure check"),
        lede=record.subject,
        verb=_("Sign"),
        crumbs=crumbs(record),
        cancel=record.get_absolute_url(),
        consequences=[
            _("You vouch that the answer reveals nothing about any person, household or business."),
            _("A failed check goes back to the producer."),
        ],
    )


@requires("triage_requests", "answer_requests")
def refuse(request, pk):
    """Decline, with the reason."""
    record = worked_on(request.user, pk)

    def save(form):
        return actions.refuse(record, **form.cleaned_data, actor=request.user)

    return ending(request, record, RefuseForm(posted(request), user=request.user), save, _("Decline"))


@requires("triage_requests", "answer_requests")
def redirect_(request, pk):
    """Pass the request on."""
    record = worked_on(request.user, pk)

    def save(form):
        return actions.redirect(record, **form.cleaned_data, actor=request.user)

    return ending(request, record, RedirectForm(posted(request), user=request.user), save, _("Pass on"))


def text_page(verb, label, save, *, tells=True):
    """Make a view that asks for one text and does `save(record, text, actor)`."""

    @requires("triage_requests", "answer_requests")
    def view(request, pk):
        record = worked_on(request.user, pk)
        form = TextForm(posted(request), user=request.user, label=label)

        def done(form):
            save(record, form.cleaned_data["text"], request.user)
            return record

        return ending(request, record, form, done, verb, tells=tells)

    return view


def ending(request, record, form, save, verb, *, tells=True):
    """A form that ends the work on a request."""
    return form_page(
        request,
        form,
        save=save,
        title=verb,
        lede=record.subject,
        verb=verb,
        crumbs=crumbs(record),
        cancel=record.get_absolute_url(),
        consequences=[_("The requester is told by e-mail.")] if tells else [],
    )


duplicate = text_page(
    _("Close as duplicate"),
    _("What you tell the requester"),
    lambda record, text, actor: actions.mark_duplicate(record, text=text, actor=actor),
)
withdraw = text_page(
    _("Withdrawn by requester"),
    _("How the requester said so"),
    lambda record, text, actor: actions.withdraw(record, reason=text, actor=actor),
    tells=False,
)
close = text_page(
    _("Close"),
    _("Outcome"),
    lambda record, text, actor: actions.close(record, outcome=text, actor=actor),
    tells=False,
)
reopen = text_page(
    _("Take up again"),
    _("Why"),
    lambda record, text, actor: actions.reopen(record, reason=text, actor=actor),
    tells=False,
)


def act_page(act, title, consequences):
    """Make a view that confirms one act without a text."""

    @requires("triage_requests", "answer_requests")
    def view(request, pk):
        record = worked_on(request.user, pk)
        return confirm_page(
            request,
            title=title,
            lede=record.subject,
            consequences=consequences,
            action=partial(act, record, actor=request.user),
            verb=title,
            crumbs=crumbs(record),
            cancel=record.get_absolute_url(),
        )

    return view


start = act_page(actions.start, _("Start work"), [_("The request is in progress.")])
resume = act_page(
    actions.resume, _("Go on working"), [_("The clock runs again, although the requester has not answered in writing.")]
)
hand_in = act_page(
    actions.hand_in_for_check,
    _("Hand in for disclosure check"),
    [_("You are its producer: somebody else signs the check."), _("It cannot be answered before.")],
)
