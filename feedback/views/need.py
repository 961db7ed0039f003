"""The needs register, and what users are told about it."""

from dataclasses import dataclass
from functools import partial

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_GET

from nso_contacts.access.policy import open_to_all, requires
from nso_contacts.office import clock
from nso_contacts.office.templatetags.office import office_date
from nso_contacts.pages import drafts, panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted
from stakeholders.models import Interaction, StatisticalDomain
from workshops.models import Event
from workshops.overview import Stage

from .. import priority
from ..actions import need as actions
from ..actions import response as responses
from ..forms.need import AnswerNeedForm, DecisionForm, NeedForm, RaiseNeedForm, RaiserForm, ResponseForm
from ..listings.need import STAGES, NeedListing, ResponseListing, furthest, mark, stage
from ..models import DataNeed, DataRequest, NeedAnswer, NeedRaiser, PublishedResponse

need_list = NeedListing.as_view()
response_list = ResponseListing.as_view()
Status = DataNeed.Status
NEEDS = gettext_lazy("Needs register")
MOST_SIMILAR = 3


def crumbs(need=None):
    """Where the pages of a need hang."""
    trail = [(NEEDS, reverse("feedback:need_list"))]
    return [*trail, (need.reference, need.get_absolute_url())] if need else trail


def worked_on(user, pk):
    """The need, if `user` may work on it."""
    return get_object_or_404(DataNeed.objects.editable_by(user), pk=pk)


@requires("view_needs")
@require_GET
def detail(request, pk):
    """One need: what is asked, what was decided, and what each who raised it was told."""
    need = get_object_or_404(DataNeed.objects.visible_to(request.user).select_related("owner", "decided_by"), pk=pk)
    raisers = raisers_of(need, request.user)
    tab = request.GET.get("tab", "")
    may_work = DataNeed.objects.editable_by(request.user).filter(pk=pk).exists()
    context = {
        "title": need.title,
        "need": need,
        "mark": mark(need),
        "stages": stages_of(need),
        "raisers": raisers,
        "waiting": sum(bool(raiser.waiting) for raiser in raisers),
        "parts": priority.parts(need, len(raisers), clock.today()),
        "points": priority.total(need, len(raisers), clock.today()),
        "acts": acts(need, request.user, may_work=may_work),
        "may_work": may_work,
        "crumbs": crumbs(),
        "responses": need.responses.visible_to(request.user),
        "products": need.products.visible_to(request.user),
        "requests": {raiser.seen_request for raiser in raisers if raiser.seen_request},
        "similar": DataNeed.objects.visible_to(request.user).like(need)[:MOST_SIMILAR],
        "tabs": panels.tabs("need", need, request.user, tab, gettext_lazy("Need")),
        "open_tab": panels.open_tab("need", need, request.user, tab),
        "rail": panels.shown("need", need, request.user, "rail"),
    }
    return render(request, "feedback/need.html", context)


def stages_of(need):
    """The way of a need: recorded, under review, planned or not, delivered."""
    reached = stage(need)
    turned_down = reached == "not_planned"
    at = {"recorded": 0, "review": 1, "planned": 2, "not_planned": 2, "delivered": 3}[reached]
    decided = f"{office_date(need.decided_on)}, {need.decided_by}" if need.decided_by else office_date(need.decided_on)
    promised = _("by %(day)s") % {"day": office_date(need.promised_on)} if need.promised_on else ""
    titles = [
        (_("Recorded"), office_date(need.created_at)),
        (_("Under review"), str(need.owner or "")),
        (_("Not planned") if turned_down else _("Planned"), decided if need.decision else ""),
    ]
    if not turned_down:
        titles.append((_("Delivered"), promised))
    last = len(titles) - 1
    ended = reached == "delivered" or bool(need.closed_at)
    return [
        Stage(title, note, done=n < at or (ended and n == last), current=n == at and not ended)
        for n, (title, note) in enumerate(titles)
    ]


def raisers_of(need, user):
    """Who raised a need, each with what they were told of this decision and what they wait for.

    A contact or request that the reader may not see does not exist for them: neither its name nor a link to it.
    """
    raisers = list(
        need.raisers.select_related(
            "person", "organisation", "interaction", "event", "request__organisation"
        ).prefetch_related("answers")
    )
    contacts = seen_of(Interaction, user, [raiser.interaction_id for raiser in raisers])
    requests = seen_of(DataRequest, user, [raiser.request_id for raiser in raisers])
    wanted = actions.stages(need)
    for raiser in raisers:
        raiser.told = [answer for answer in raiser.answers.all() if answer.decision_number == need.decision_number]
        told = {answer.stage for answer in raiser.told}
        raiser.waiting = next((stage for stage in wanted if stage not in told), "")
        raiser.seen_interaction = raiser.interaction if raiser.interaction_id in contacts else None
        raiser.seen_request = raiser.request if raiser.request_id in requests else None
    return raisers


def seen_of(model, user, keys):
    """Those of the keys whose records `user` may see."""
    return set(model.objects.visible_to(user).filter(pk__in=[key for key in keys if key]).values_list("pk", flat=True))


@dataclass(frozen=True)
class Act:
    """Something that can be done with a need in some of its states."""

    words: object
    url_name: str
    statuses: tuple[str, ...]
    capability: str = ""

    def fits(self, need, user):
        """Whether `user` can do it with the need as it stands."""
        return need.status in self.statuses and (not self.capability or user.has_perm(f"access.{self.capability}"))


PROMISED = (Status.DECIDED, Status.PLANNED)
DELIVERED = (Status.MET, Status.VERIFIED)
NOT_PLANNED = (Status.REJECTED, Status.DEFERRED)
DECIDABLE = (Status.RAISED, Status.CONFIRMED, Status.ASSESSED, *PROMISED, Status.IN_DEVELOPMENT, *NOT_PLANNED)
ACTS = (
    Act(gettext_lazy("Confirm"), "feedback:need_confirm", (Status.RAISED,)),
    Act(gettext_lazy("Mark as assessed"), "feedback:need_assess", (Status.RAISED, Status.CONFIRMED)),
    Act(gettext_lazy("Decide"), "feedback:need_decide", DECIDABLE, "decide_needs"),
    Act(gettext_lazy("Work has begun"), "feedback:need_begin", PROMISED),
    Act(gettext_lazy("Mark as delivered"), "feedback:need_meet", (*PROMISED, Status.IN_DEVELOPMENT)),
    Act(gettext_lazy("Verified by who raised it"), "feedback:need_verify", (Status.MET,)),
    Act(gettext_lazy("Close"), "feedback:need_close", (*DELIVERED, *NOT_PLANNED)),
)


def acts(need, user, *, may_work):
    """What can be done with a need now, as (words, url name)."""
    if not may_work:
        return []
    return [(act.words, act.url_name) for act in ACTS if act.fits(need, user)]


@requires("raise_needs")
def create(request):
    """Record a need, from a contact, a workshop or a request if the address names one."""
    where = origin(request)
    form = RaiseNeedForm(posted(request), user=request.user, initial=first_guess(where))

    def save(form):
        need, raiser = form.save(commit=False), form.raiser(**where)
        return actions.raise_need(need, raiser, domains=form.cleaned_data["domains"], actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Record a need"),
        verb=_("Save need"),
        crumbs=crumbs(),
        cancel=reverse("feedback:need_list"),
        kept="".join(["feedback.need", *(f"?{name}={record.pk}" for name, record in where.items())]),
        consequences=[
            _("The need gets a reference and waits for an assessment and a decision."),
            _("Whoever raised it has to be told of the decision: the need cannot be closed before."),
        ],
    )


def origin(request):
    """The contact, workshop or request a need was raised through; one the reader may not see does not exist."""
    sources = {"interaction": Interaction, "event": Event, "request": DataRequest}
    for name, model in sources.items():
        key = request.GET.get(name, "")
        if key.isdecimal() and len(key) < 19:
            return {name: get_object_or_404(model.objects.visible_to(request.user), pk=key)}
    return {}


def first_guess(where):
    """Who probably raised it."""
    if record := where.get("request"):
        return {"person": record.requester, "organisation": record.organisation}
    if record := where.get("interaction"):
        first = record.participants.filter(side="OUTSIDE").select_related("person", "organisation").first()
        if first:
            return {"person": first.person, "organisation": first.organisation}
    return {}


@requires("raise_needs", "decide_needs")
def edit(request, pk):
    """Correct a need."""
    need = worked_on(request.user, pk)
    form = NeedForm(posted(request), instance=need, user=request.user)

    def save(form):
        return actions.correct(form.save(commit=False), domains=form.cleaned_data["domains"], actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit need"),
        crumbs=crumbs(need),
        cancel=need.get_absolute_url(),
        kept=drafts.form_of("feedback.need", need),
    )


@requires("raise_needs")
def support(request, pk):
    """Add somebody else who needs it."""
    need = get_object_or_404(DataNeed.objects.visible_to(request.user), pk=pk)
    form = RaiserForm(posted(request), user=request.user)

    def save(form):
        actions.support(need, form.raiser(), actor=request.user)
        return need

    return form_page(
        request,
        form,
        save=save,
        title=_("Somebody else needs it"),
        lede=need.title,
        verb=_("Add"),
        crumbs=crumbs(need),
        cancel=need.get_absolute_url(),
    )


@requires("decide_needs")
def decide(request, pk):
    """Decide, with the reason."""
    need = worked_on(request.user, pk)
    initial = {
        "decision": need.decision,
        "decision_reason": need.decision_reason,
        "programme_reference": need.programme_reference,
        "promised_on": need.promised_on,
    }
    form = DecisionForm(posted(request), user=request.user, initial=initial)

    def save(form):
        return actions.decide(need, **form.cleaned_data, actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Decide on the need"),
        lede=need.title,
        verb=_("Save decision"),
        crumbs=crumbs(need),
        cancel=need.get_absolute_url(),
        consequences=[_("Everybody who raised it has to be told of this decision.")],
        kept=drafts.form_of("feedback.decision", need),
    )


@requires("raise_needs", "decide_needs")
def tell(request, pk):
    """Answer one person or organisation who raised a need."""
    raiser = get_object_or_404(NeedRaiser.objects.select_related("need", "person", "organisation"), pk=pk)
    need = worked_on(request.user, raiser.need_id)
    told = raiser.answers.filter(decision_number=need.decision_number).values_list("stage", flat=True)
    about = next((one for one in actions.stages(need) if one not in set(told)), NeedAnswer.Stage.DECIDED)
    form = AnswerNeedForm(posted(request), user=request.user, initial={"text": draft(need, raiser, about)})

    def save(form):
        actions.tell(raiser, stage=about, **form.cleaned_data, actor=request.user)
        return need

    return form_page(
        request,
        form,
        save=save,
        title=_("Answer %(name)s") % {"name": raiser.person or raiser.organisation},
        lede=need.title,
        verb=_("Save answer"),
        crumbs=crumbs(need),
        cancel=need.get_absolute_url(),
        kept=drafts.form_of(f"feedback.need_answer_{about}", raiser),
    )


def draft(need, raiser, about):
    """The answer as the decision suggests it, in the language of whoever reads it."""
    language = raiser.person.language if raiser.person and raiser.person.language else "en"
    with override(language):
        if about == NeedAnswer.Stage.MET:
            return _("You asked us for: %(title)s. It is available now.") % {"title": need.title}
        return _("You asked us for: %(title)s. Our decision: %(decision)s. %(reason)s") % {
            "title": need.title,
            "decision": need.get_decision_display(),
            "reason": need.decision_reason,
        }


def act_page(act, title, consequences):
    """Make a view that confirms one act."""

    @requires("raise_needs", "decide_needs")
    def view(request, pk):
        need = worked_on(request.user, pk)
        return confirm_page(
            request,
            title=title,
            lede=need.title,
            consequences=consequences,
            action=partial(act, need, actor=request.user),
            verb=title,
            crumbs=crumbs(need),
            cancel=need.get_absolute_url(),
        )

    return view


confirm = act_page(actions.confirm, gettext_lazy("Confirm"), [gettext_lazy("The need is understood as it was meant.")])
assess = act_page(
    actions.assess,
    gettext_lazy("Mark as assessed"),
    [gettext_lazy("Sources, cost and priority were looked into; it waits for a decision.")],
)
begin = act_page(actions.begin, gettext_lazy("Work has begun"), [gettext_lazy("The need is in development.")])
meet = act_page(
    actions.meet,
    gettext_lazy("Mark as delivered"),
    [gettext_lazy("Everybody who raised it has to be told that it is available.")],
)
verify = act_page(
    actions.verify,
    gettext_lazy("Verified by who raised it"),
    [gettext_lazy("Whoever raised the need says that it is met.")],
)
close = act_page(
    actions.close, gettext_lazy("Close"), [gettext_lazy("The need leaves the list of open needs; its history stays.")]
)


# Responses -----------------------------------------------------------------------------------------------------------


@requires("view_needs")
@require_GET
def response(request, pk):
    """One response."""
    record = get_object_or_404(PublishedResponse.objects.visible_to(request.user), pk=pk)
    context = {
        "title": str(record.title),
        "response": record,
        "missing": responses.missing_languages(record),
        "crumbs": [(_("Responses"), reverse("feedback:response_list"))],
        "needs": record.needs.visible_to(request.user),
    }
    return render(request, "feedback/response.html", context)


def response_form(request, record):
    """Write or change a response."""
    form = ResponseForm(posted(request), instance=record, user=request.user)

    def save(form):
        return responses.write(form.response(), needs=form.cleaned_data["needs"], actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit response") if record else _("Write a response"),
        verb=_("Save response"),
        crumbs=[(_("Responses"), reverse("feedback:response_list"))],
        cancel=record.get_absolute_url() if record else reverse("feedback:response_list"),
        consequences=[_("It is a draft until somebody publishes it, in all languages of the office.")],
        kept=drafts.form_of("feedback.response", record) if record else "feedback.response",
    )


@requires("change_responses")
def response_create(request):
    """Write a response."""
    return response_form(request, None)


@requires("change_responses")
def response_edit(request, pk):
    """Change a response."""
    return response_form(request, get_object_or_404(PublishedResponse.objects.editable_by(request.user), pk=pk))


@requires("publish_responses")
def response_publish(request, pk):
    """Show a response to everybody."""
    record = get_object_or_404(PublishedResponse.objects.visible_to(request.user), pk=pk)
    return confirm_page(
        request,
        title=_("Publish response"),
        lede=str(record.title),
        consequences=[_("Everybody reads it on the public page and in the portal.")],
        action=partial(responses.publish, record, actor=request.user),
        verb=_("Publish"),
        cancel=record.get_absolute_url(),
    )


@requires("publish_responses")
def response_unpublish(request, pk):
    """Take a response back."""
    record = get_object_or_404(PublishedResponse.objects.visible_to(request.user), pk=pk)
    return confirm_page(
        request,
        title=_("Take response back"),
        lede=str(record.title),
        consequences=[_("It leaves the public page and stays as a draft.")],
        action=partial(responses.unpublish, record, actor=request.user),
        verb=_("Take back"),
        cancel=record.get_absolute_url(),
    )


@open_to_all(because="what became of what users said is told to everybody")
@require_GET
def engagement(request):
    """You said, we did: the public page."""
    published = PublishedResponse.objects.published().select_related("domain")
    domains = StatisticalDomain.objects.filter(pk__in=published.order_by().values("domain"))
    chosen = next((one for one in domains if str(one.pk) == request.GET.get("domain")), None)
    shown = list((published.filter(domain=chosen) if chosen else published).prefetch_related("needs"))
    for response in shown:
        response.furthest_need = furthest(response.needs.all())
    context = {
        "title": _("You said, we did"),
        "lede": _("What users of statistics told us, and what we did about it."),
        "responses": shown,
        "domains": domains,
        "chosen": chosen,
        # How many there are in the whole register is told to everybody; which ones, only the responses say.
        "numbers": DataNeed.objects.aggregate(
            raised=Count("pk"),
            decided=Count("pk", filter=~Q(decision="")),
            **{key: Count("pk", filter=STAGES[key][1]) for key in ("delivered", "planned", "not_planned")},
        ),
    }
    return render(request, "feedback/engagement.html", context)
