"""Needs: raised, supported, assessed, decided, planned, met, and answered to each who raised them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.mail import outbox
from nso_contacts.notifications.actions import tell as notify
from nso_contacts.office import clock
from nso_contacts.office.models import Office
from nso_contacts.office.references import next_reference
from stakeholders.models import StatisticalDomain
from workshops.invitees import language_of, with_obstacle

from ..models import DataNeed, NeedAnswer, NeedRaiser

Status, Decision, Stage = DataNeed.Status, DataNeed.Decision, NeedAnswer.Stage
ANSWER = "feedback.need_answered"
ASSIGNED = "feedback.need_assigned"
# What a decision makes of a need.
AFTER = {
    Decision.ACCEPTED: Status.DECIDED,
    Decision.PARTLY_ACCEPTED: Status.DECIDED,
    Decision.DEFERRED: Status.DEFERRED,
    Decision.REJECTED: Status.REJECTED,
    Decision.ALREADY_MET: Status.MET,
}
TOLD_OF_DELIVERY = (Status.MET, Status.VERIFIED)


@action
def raise_need(
    need: DataNeed, raiser: NeedRaiser | None, *, actor: User, domains: Iterable[StatisticalDomain] = ()
) -> DataNeed:
    """Record a need with whoever raised it; without anybody it says that there is nobody to answer."""
    need.reference = next_reference("N")
    need.requester_unknown = raiser is None
    need.save(force_insert=True)
    need.domains.set(domains)
    if raiser is not None:
        raiser.need = need
        raiser.save(force_insert=True)
    notify(ASSIGNED, need, [need.owner], actor=actor)
    return need


@action
def correct(
    need: DataNeed, *, actor: User, reason: str = "", domains: Iterable[StatisticalDomain] | None = None
) -> DataNeed:
    """Save what was edited; a new owner is told."""
    before = _locked(need)
    need.save()
    if need.owner_id != before.owner_id:
        notify(ASSIGNED, need, [need.owner], actor=actor)
    if domains is not None:
        need.domains.set(domains)
    return need


@action
def support(need: DataNeed, raiser: NeedRaiser, *, actor: User) -> NeedRaiser:
    """Add somebody else who needs it; they get an answer too."""
    need = _locked(need)
    _refuse_unless(need.status != Status.CLOSED, _("The need is closed."))
    raiser.need = need
    raiser.full_clean()
    raiser.save(force_insert=True)
    if need.requester_unknown:
        need.requester_unknown = False
        need.save()
    return raiser


@action
def confirm(need: DataNeed, *, actor: User) -> DataNeed:
    """Note that the need was understood as it was meant."""
    return _move(need, (Status.RAISED,), Status.CONFIRMED)


@action
def assess(need: DataNeed, *, actor: User) -> DataNeed:
    """Note that sources, cost and priority were looked into."""
    return _move(need, (Status.RAISED, Status.CONFIRMED), Status.ASSESSED)


@action
def decide(
    need: DataNeed,
    *,
    decision: str,
    decision_reason: str,
    actor: User,
    programme_reference: str = "",
    promised_on: date | None = None,
) -> DataNeed:
    """Decide, with the reason. A new decision has to be told to everybody again."""
    need = _locked(need)
    _refuse_unless(need.status not in (*TOLD_OF_DELIVERY, Status.CLOSED), _("The need is delivered or closed already."))
    need.decision = decision
    need.decision_reason = decision_reason
    need.decided_on = clock.today()
    need.decided_by = actor
    need.decision_number += 1
    need.programme_reference = programme_reference
    need.promised_on = promised_on
    need.status = AFTER[Decision(decision)]
    if need.status == Status.DECIDED and programme_reference:
        need.status = Status.PLANNED
    if decision == Decision.ALREADY_MET:
        need.coverage = DataNeed.Coverage.MET
    need.full_clean()
    need.save()
    return need


@action
def begin(need: DataNeed, *, actor: User) -> DataNeed:
    """The work on it has begun."""
    return _move(need, (Status.DECIDED, Status.PLANNED), Status.IN_DEVELOPMENT)


@action
def meet(need: DataNeed, *, actor: User) -> DataNeed:
    """The need is met; everybody who raised it is to be told."""
    need = _move(need, (Status.DECIDED, Status.PLANNED, Status.IN_DEVELOPMENT), Status.MET)
    need.coverage = DataNeed.Coverage.MET
    need.save()
    return need


@action
def verify(need: DataNeed, *, actor: User) -> DataNeed:
    """Whoever raised it says that it is met."""
    return _move(need, (Status.MET,), Status.VERIFIED)


@action
def close(need: DataNeed, *, actor: User) -> DataNeed:
    """Close a need. It cannot close before everybody who raised it was told."""
    need = _locked(need)
    allowed = (*TOLD_OF_DELIVERY, Status.REJECTED, Status.DEFERRED)
    _refuse_unless(need.status in allowed, _("A need closes when it is delivered, or when it is not planned."))
    waiting = unanswered(need)
    if waiting:
        raise ValidationError(
            _("Not everybody who raised it was told yet: %(names)s."),
            params={"names": ", ".join(str(raiser.person or raiser.organisation) for raiser in waiting)},
        )
    need.status = Status.CLOSED
    need.closed_at = timezone.now()
    need.save()
    return need


@action
def tell(
    raiser: NeedRaiser, *, stage: str, way: str, text: str, actor: User, told_on: date | None = None
) -> NeedAnswer:
    """Answer somebody who raised a need: by e-mail, which is sent now, or as it was told in another way."""
    need = _locked(raiser.need)
    _refuse_unless(bool(need.decision), _("Decide on the need first."))
    _refuse_unless(stage != Stage.MET or need.status in TOLD_OF_DELIVERY, _("The need is not delivered yet."))
    answer = NeedAnswer(
        raiser=raiser,
        stage=stage,
        decision_number=need.decision_number,
        way=way,
        text=text,
        told_on=told_on or clock.today(),
        author=actor,
    )
    answer.full_clean()
    answer.save()
    if way == NeedAnswer.Way.EMAIL:
        _write(raiser, answer)
    return answer


def stages(need: DataNeed) -> list[str]:
    """What everybody who raised a need has to be told by now."""
    if not need.decision:
        return []
    promised = need.is_delivered and need.decision != Decision.ALREADY_MET
    return [Stage.DECIDED, Stage.MET] if promised else [Stage.DECIDED]


def unanswered(need: DataNeed) -> list[NeedRaiser]:
    """Those who raised a need and were not told all they have to be told."""
    wanted = set(stages(need))
    found = []
    for raiser in need.raisers.select_related("person__user", "organisation").prefetch_related("answers"):
        told = {answer.stage for answer in raiser.answers.all() if answer.decision_number == need.decision_number}
        if wanted - told:
            found.append(raiser)
    return found


def _write(raiser: NeedRaiser, answer: NeedAnswer) -> None:
    person = raiser.person
    if person is None:
        raise ValidationError({"way": _("An organisation has no mailbox of its own here: say how they were told.")})
    address = with_obstacle(type(person).objects.filter(pk=person.pk)).values_list("mail_address", flat=True).get()
    if not address:
        raise ValidationError({"way": _("There is no e-mail address that works. Say how they were told instead.")})
    outbox.post(
        ANSWER,
        subject=answer,
        recipient=person,
        address=address,
        language=language_of(person, Office.objects.current()),
    )


def _locked(need: DataNeed) -> DataNeed:
    return DataNeed.objects.select_for_update(of=("self",)).get(pk=need.pk)


def _refuse_unless(allowed: object, reason: Any) -> None:
    if not allowed:
        raise ValidationError(reason)


def _move(need: DataNeed, before: tuple[str, ...], after: str) -> DataNeed:
    need = _locked(need)
    _refuse_unless(need.status in before, _("The need is “%(status)s” now.") % {"status": need.get_status_display()})
    need.status = after
    need.save()
    return need
