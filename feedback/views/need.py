"""The needs register, and what users are told about it."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_GET

from nso_contacts.access.policy import open_to_all, requires
from nso_contacts.office import clock
from nso_contacts.pages import panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted
from stakeholders.models import Interaction
from workshops.models import Event

from .. import priority
from ..actions import need as actions
from ..actions import response as responses
from ..forms.need import AnswerNeedForm, DecisionForm, NeedForm, RaiserForm, ResponseForm
from ..listings.need import NeedListing, ResponseListing, mark
from ..models import DataNeed, DataRequest, NeedAnswer, NeedRaiser, PublishedResponse

need_list = NeedListing.as_view()
response_list = ResponseListing.as_view()
Status = DataNeed.Status
NEEDS = gettext_lazy("Needs register")


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
    raisers = list(
        need.raisers.select_related("person", "organisation", "interaction", "event", "request").prefetch_related(
            "answers"
        )
    )
    wanted = actions.stages(need)
    for raiser in raisers:
        raiser.told = [answer for answer in raiser.answers.all() if answer.decision_number == need.decision_number]
        told = {answer.stage for answer in raiser.told}
        raiser.waiting = next((stage for stage in wanted if stage not in told), "")
        # A contact that is restricted exists for nobody else: neither its name nor a link to it.
        raiser.seen_interaction = (
            raiser.interaction
            if raiser.interaction_id
            and Interaction.objects.visible_to(request.user).filter(pk=raiser.interaction_id).exists()
            else None
        )
    tab = request.GET.get("tab", "")
    may_work = DataNeed.objects.editable_by(request.user).filter(pk=pk).exists()
    context = {
        "title": need.title,
        "need": need,
        "mark": mark(need),
        "raisers": raisers,
        "waiting": sum(bool(raiser.waiting) for raiser in raisers),
        "parts": priority.parts(need, len(raisers), clock.today()),
        "points": priority.total(need, len(raisers), clock.today()),
        "acts": acts(need, request.user, may_work=may_work),
        "may_work": may_work,
        "crumbs": crumbs(),
        "responses": need.responses.visible_to(request.user),
        "tabs": panels.tabs("need", need, request.user, tab, gettext_lazy("Need")),
        "open_tab": panels.open_tab("need", need, request.user, tab),
        "rail": panels.shown("need", need, request.user, "rail"),
    }
    return render(request, "feedback/need.html", context)


def acts(need, user, *, may_work):
    """What can be done with a need now, as (words, url name)."""
    if not may_work:
        return []
    status, found = need.status, []
    if status == Status.RAISED:
        found.append((_("Confirm"), "feedback:need_confirm"))
    if status in (Status.RAISED, Status.CONFIRMED):
        found.append((_("Mark as assessed"), "feedback:need_assess"))
    if user.has_perm("access.decide_needs") and status not in (Status.MET, Status.VERIFIED, Status.CLOSED):
        found.append((_("Change the decision") if need.decision else _("Decide"), "feedback:need_decide"))
    if status in (Status.DECIDED, Status.PLANNED):
        found.append((_("Work has begun"), "feedback:need_begin"))
    if status in (Status.DECIDED, Status.PLANNED, Status.IN_DEVELOPMENT):
        found.append((_("Mark as delivered"), "feedback:need_meet"))
    if status == Status.MET:
        found.append((_("Verified by who raised it"), "feedback:need_verify"))
    if status in (Status.MET, Status.VERIFIED, Status.REJECTED, Status.DEFERRED):
        found.append((_("Close"), "feedback:need_close"))
    return found


@requires("raise_needs")
def create(request):
    """Record a need, from a contact, a workshop or a request if the address names one."""
    where = origin(request)
    need_form = NeedForm(posted(request), user=request.user)
    raiser_form = RaiserForm(posted(request), user=request.user, initial=first_guess(where), prefix="by")
    form = Together(need_form, raiser_form)

    def save(form):
        need = need_form.save(commit=False)
        record = actions.raise_need(need, raiser_form.raiser(**where), actor=request.user)
        need_form.save_m2m()
        return record

    return form_page(
        request,
        form,
        save=save,
        title=_("Record a need"),
        verb=_("Save need"),
        crumbs=crumbs(),
        cancel=reverse("feedback:need_list"),
        consequences=[
            _("The need gets a reference and waits for an assessment and a decision."),
            _("Whoever raised it has to be told of the decision: the need cannot be closed before."),
        ],
    )


class Together:
    """Two forms on one page, as one."""

    is_multipart = False

    def __init__(self, *forms):
        self.forms = forms

    @property
    def fields(self):
        """The fields of both."""
        return {name: field for form in self.forms for name, field in form.fields.items()}

    @property
    def groups(self):
        """The sections of both."""
        return [
            (title or gettext_lazy("Who raised it"), fields) for form in self.forms for title, fields in form.groups
        ]

    def hidden_fields(self):
        """The hidden fields of both."""
        return [field for form in self.forms for field in form.hidden_fields()]

    def __iter__(self):
        """The fields of both, bound."""
        return (field for form in self.forms for field in form)

    def is_valid(self):
        """Whether both are; both are asked, so that all errors show at once."""
        return all([form.is_valid() for form in self.forms])

    def non_field_errors(self):
        """What concerns no single field."""
        return [error for form in self.forms for error in form.non_field_errors()]

    def add_error(self, field, error):
        """Put an error where the field is."""
        owner = next((form for form in self.forms if field in form.fields), self.forms[0])
        owner.add_error(field, error)

    @property
    def data(self):
        """What was sent."""
        return self.forms[0].data

    @property
    def is_bound(self):
        """Whether anything was sent."""
        return self.forms[0].is_bound

    @property
    def instance(self):
        """The record of the first form."""
        return self.forms[0].instance


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
        record = actions.correct(form.save(commit=False), actor=request.user)
        form.save_m2m()
        return record

    return form_page(
        request, form, save=save, title=_("Edit need"), crumbs=crumbs(need), cancel=need.get_absolute_url()
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
    )


@requires("raise_needs", "decide_needs")
def tell(request, pk):
    """Answer one person or organisation who raised a need."""
    raiser = get_object_or_404(NeedRaiser.objects.select_related("need", "person", "organisation"), pk=pk)
    need = worked_on(request.user, raiser.need_id)
    told = raiser.answers.filter(decision_number=need.decision_number).values_list("stage", flat=True)
    stage = next((stage for stage in actions.stages(need) if stage not in set(told)), NeedAnswer.Stage.DECIDED)
    form = AnswerNeedForm(posted(request), user=request.user, initial={"text": draft(need, raiser, stage)})

    def save(form):
        actions.tell(raiser, stage=stage, **form.cleaned_data, actor=request.user)
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
    )


def draft(need, raiser, stage):
    """The answer as the decision suggests it, in the language of whoever reads it."""
    language = raiser.person.language if raiser.person and raiser.person.language else "en"
    with override(language):
        if stage == NeedAnswer.Stage.MET:
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


# Responses ---------------------------------------------------------------------------------------------------------------


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
    context = {
        "title": _("You said, we did"),
        "lede": _("What users of statistics told us, and what we did about it."),
        "responses": published,
    }
    return render(request, "feedback/engagement.html", context)
