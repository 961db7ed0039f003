"""What becomes of requests, needs and frames of surveys when two people or organisations become one."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stakeholders import merge_rules

from .models import DataRequest, FrameMember, NeedAnswer, NeedRaiser, SurveyWave


def register():
    """Called at start-up."""
    requests, needs = gettext_lazy("Data requests"), gettext_lazy("Needs raised")
    merge_rules.register(
        merge_rules.Rule(DataRequest, "requester", requests),
        merge_rules.Rule(DataRequest, "organisation", requests),
        merge_rules.Rule(NeedRaiser, "person", needs, same=("need",), settle=settle_raisers, explain=one_raiser),
        merge_rules.Rule(
            NeedRaiser,
            "organisation",
            needs,
            same=("need",),
            among=Q(person=None),
            settle=settle_raisers,
            explain=one_raiser,
        ),
        merge_rules.Rule(
            FrameMember,
            "person",
            gettext_lazy("Surveys they were asked in"),
            same=("wave",),
            settle=settle_members,
            explain=one_member,
        ),
    )


def settle_raisers(kept, gone):
    """Who raised a need is listed once: what they were told, and where they raised it, stays on the kept row."""
    told = set(kept.answers.values_list("stage", "decision_number"))
    for answer in gone.answers.all():
        if (answer.stage, answer.decision_number) not in told:
            NeedAnswer.objects.filter(pk=answer.pk).update(raiser=kept)
    for field in ("organisation", "interaction", "event", "request"):
        if getattr(kept, f"{field}_id") is None:
            setattr(kept, field, getattr(gone, field))
    kept.raised_on = min(kept.raised_on, gone.raised_on)
    kept.quote = kept.quote or gone.quote
    kept.save()
    gone.delete()


def one_raiser(kept, gone):
    """Say what becomes of the two."""
    return _("%(need)s: raised by both. One entry stays, with every answer they were given.") % {"need": kept.need}


def settle_members(kept, gone):
    """Somebody asked twice in one wave: the entry with an answer stays; nothing is said about what was answered."""
    stays, goes = (kept, gone) if _weight(kept) >= _weight(gone) else (gone, kept)
    goes.delete()
    SurveyWave.objects.filter(pk=stays.wave_id).update(
        population=FrameMember.objects.filter(wave=stays.wave_id).count()
    )


def _weight(member):
    order = (FrameMember.Disposition.COMPLETE, FrameMember.Disposition.REFUSED, FrameMember.Disposition.PARTIAL)
    return -order.index(member.disposition) if member.disposition in order else -len(order)


def one_member(kept, gone):
    """Say which of the two stays."""
    return _("%(wave)s: asked twice. The entry with an answer stays.") % {"wave": kept.wave}
