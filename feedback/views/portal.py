"""The portal of ministry experts: what waits for them, their requests, their experts, their workshops."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.office.models import Office
from nso_contacts.office.templatetags.office import office_datetime
from nso_contacts.pages import drafts
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import add_refusal, form_page, posted, summary
from nso_contacts.pages.matching import matching
from stakeholders.models import ExpertAssignment, Organisation, Person, Post, Product
from workshops.models import Invitation

from .. import wording
from ..actions import request as actions
from ..forms.request import HeardForm, PortalRequestForm
from ..models import DataRequest, PublishedResponse, RequestMessage
from ..permissions import own_organisations

BASE = "portal_base.html"
SHOWN = 3
# The draft of a request that is being written.
REQUEST_DRAFT = "feedback.portal_request"


def person_of(user):
    """The human behind the login; the portal is nobody's without one."""
    person = Person.objects.filter(user=user).first()
    if person is None:
        raise Http404
    return person


def own_requests(user):
    """The requests of a reader's organisations, with what their rows show."""
    return DataRequest.objects.in_portal_of(user).select_related("organisation", "assignee")


def own_experts(user):
    """The office's experts for the organisations of a reader's posts, and for those above them."""
    today = clock.today()
    return (
        ExpertAssignment.objects.on(today)
        .filter(organisation__in=own_organisations(user))
        .select_related("user__person", "domain")
        .order_by("domain__sort_key", "user__name")
    )


def marked(requests):
    """Give each request the status its requester reads."""
    rows = list(requests)
    for row in rows:
        row.mark = wording.plain_mark(row)
    return rows


@requires("use_portal")
@require_GET
def home(request):
    """What waits for the reader, and what became of what they asked."""
    person = person_of(request.user)
    requests = own_requests(request.user)
    organisations = Organisation.objects.filter(
        pk__in=Post.objects.current().filter(person=person).values("organisation")
    )
    context = {
        "title": _("Your work with the statistics office"),
        "lede": ", ".join(str(organisation) for organisation in organisations),
        "questions": marked(requests.filter(status__in=DataRequest.WAITING)),
        "requests": marked(requests[:SHOWN]),
        "request_count": requests.count(),
        "invitations": Invitation.objects.own(request.user).filter(reply="").select_related("event"),
        "experts": own_experts(request.user)[:5],
        "responses": PublishedResponse.objects.published()[:2],
        "waiting": [*unsent_request(person), *waiting(person)],
    }
    return render(request, "feedback/portal/home.html", context)


_waiting = []


def also_waiting(find):
    """Register `find(person)` → things that wait for a person, each with title, text, url and verb."""
    _waiting.append(find)


def waiting(person):
    """Everything that other nouns of feedback say waits for a person."""
    return [thing for find in _waiting for thing in find(person)]


def unsent_request(person):
    """The request somebody has begun to write, as a thing that waits for them."""
    draft = drafts.of(person.user, REQUEST_DRAFT)
    if draft is not None:
        sentence = draft.values.get("subject", [""])[0].strip()
        yield {
            "title": _("Draft: %(subject)s") % {"subject": sentence} if sentence else _("Draft of a data request"),
            "text": _("Saved %(when)s, not sent yet.") % {"when": office_datetime(draft.kept_at)},
            "url": reverse("feedback:portal_request_create"),
            "verb": _("Continue"),
        }


@requires("use_portal")
@require_GET
def request_list(request):
    """All requests of the reader's organisations."""
    person_of(request.user)
    context = {"title": _("Your data requests"), "requests": marked(own_requests(request.user))}
    return render(request, "feedback/portal/requests.html", context)


@requires("use_portal")
def request_create(request):
    """Ask for data."""
    person = person_of(request.user)
    form = PortalRequestForm(posted(request), user=request.user)
    draft = drafts.of(request.user, REQUEST_DRAFT)
    sentence = request.POST.get("subject", draft.values.get("subject", [""])[0] if draft else "")

    def save(form):
        uploads = [form.cleaned_data["file"]] if form.cleaned_data["file"] else []
        record = actions.submit(form.request(person), actor=request.user, uploads=uploads)
        return reverse("feedback:portal_request", args=[record.pk])

    return form_page(
        request,
        form,
        save=save,
        title=_("Request data"),
        lede=_("Takes about 5 minutes. We write to you at each step. Your draft is saved as you type."),
        verb=_("Send request"),
        crumbs=[(_("Home"), "/portal/"), (_("My requests"), "/portal/requests/")],
        base=BASE,
        kept=REQUEST_DRAFT,
        template="feedback/portal/request_form.html",
        done=_("We have your request. A receipt is on its way to you."),
        context={
            "experts": own_experts(request.user)[:3],
            "already": already_published(sentence),
            "target": Office.objects.current().target_before_triage,
        },
    )


def already_published(sentence):
    """Products whose title resembles what is asked for: perhaps they answer it already."""
    if len(sentence.strip()) < len("abcd"):
        return []
    words = [word for word in sentence.split() if len(word) > len("abc")][:6]
    found = Product.objects.none()
    for word in words:
        found = found | matching(Product.objects.active(), word, "title")
    return found.distinct()[:SHOWN]


def own(user, pk):
    """A request of the reader's organisations; anybody else's does not exist."""
    return get_object_or_404(own_requests(user), pk=pk)


@requires("use_portal")
def request_detail(request, pk):
    """One request as its requester sees it; a POST writes to the office."""
    record = own(request.user, pk)
    form = HeardForm(posted(request), user=request.user)
    context = page_of(record, form) | {
        "crumbs": [(_("Home"), "/portal/"), (_("My requests"), "/portal/requests/")],
        "withdraw_url": f"/portal/requests/{record.pk}/withdraw/",
    }
    return conversation_page(request, record, form, context, actor=request.user, here=request.path)


def conversation_page(request, record, form, context, *, actor, here):
    """The conversation with its form, in the portal and behind the link alike."""
    if request.method != "POST":
        return render(request, "feedback/portal/request.html", context)
    if form.is_valid():
        uploads = [form.cleaned_data["file"]] if form.cleaned_data["file"] else []
        try:
            actions.hear(record, form.cleaned_data["text"], actor=actor, uploads=uploads)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(f"{here}?sent=1#conversation")
    return render(request, "feedback/portal/request.html", context | {"errors": summary(form)}, status=422)


def page_of(record, form):
    """What the requester sees of a request: plain words, and no internal notes."""
    return {
        "title": record.subject,
        "record": record,
        "mark": wording.plain_mark(record),
        "reading": wording.reading(record),
        "conversation": record.messages.exclude(kind=RequestMessage.Kind.INTERNAL)
        .select_related("author")
        .prefetch_related("files__file"),
        "own_files": record.files.filter(message=None).select_related("file"),
        "form": form,
        "is_open": record.status in DataRequest.OPEN,
        "step": step_of(record),
    }


def step_of(record):
    """Where a request stands, of 1 received, 2 being prepared, 3 answered."""
    if record.status == DataRequest.Status.RECEIVED:
        return 1
    return 2 if record.status in DataRequest.OPEN else 3


@requires("use_portal")
def request_withdraw(request, pk):
    """The requester does not need it any more."""
    record = own(request.user, pk)
    if record.status not in DataRequest.OPEN:
        return redirect("feedback:portal_request", record.pk)

    def act():
        actions.withdraw(record, actor=request.user, reason="")
        return "feedback:portal_request_list"

    return confirm_page(
        request,
        title=_("I no longer need it"),
        lede=record.subject,
        consequences=[_("We stop working on the request and close it.")],
        action=act,
        verb=_("Withdraw request"),
        base=BASE,
        cancel=f"/portal/requests/{record.pk}/",
        done=_("The request is withdrawn."),
    )


@requires("use_portal")
@require_GET
def experts(request):
    """The office's experts for the reader's organisations."""
    person_of(request.user)
    context = {"title": _("Your experts"), "experts": own_experts(request.user)}
    return render(request, "feedback/portal/experts.html", context)


@requires("use_portal")
@require_GET
def workshop_list(request):
    """The reader's own invitations, the next first."""
    person_of(request.user)
    invitations = Invitation.objects.own(request.user).select_related("event").order_by("-event__start")
    return render(request, "feedback/portal/workshops.html", {"title": _("Your workshops"), "invitations": invitations})
