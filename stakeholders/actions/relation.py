"""The bargain with each ministry: naming and ending its focal points and our experts for it."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.notifications.actions import tell
from nso_contacts.office.templatetags.office import office_date

from ..models import ExpertAssignment, FocalPoint
from ..posts import focal_point_gap

EXPERT_NAMED = "stakeholders.expert_named"


@action
def name_focal_point(focal_point: FocalPoint, *, actor: User | None, reason: str = "") -> FocalPoint:
    """Name a ministry's person for a domain. The person must hold a post there for as long as they are named."""
    focal_point.full_clean()
    focal_point.save()
    if focal_point_gap(focal_point):
        raise ValidationError({"person": no_post(focal_point)})
    return focal_point


@action
def end_focal_point(focal_point: FocalPoint, *, on: date, actor: User | None, reason: str = "") -> FocalPoint:
    """End a focal point; `on` is the last day."""
    _end(focal_point, on)
    return focal_point


@action
def name_expert(assignment: ExpertAssignment, *, actor: User | None, reason: str = "") -> ExpertAssignment:
    """Name the office's person for an organisation and a domain, and tell them."""
    named = ExpertAssignment.objects.filter(pk=assignment.pk, user=assignment.user).exists()
    assignment.full_clean()
    assignment.save()
    if not named:
        tell(EXPERT_NAMED, assignment, [assignment.user], actor=actor)
    return assignment


@action
def end_expert(assignment: ExpertAssignment, *, on: date, actor: User | None, reason: str = "") -> ExpertAssignment:
    """End an assignment; `on` is the last day."""
    _end(assignment, on)
    return assignment


@action
def end_all(focal_points: QuerySet[FocalPoint], *, on: date, actor: User | None) -> list[FocalPoint]:
    """End every one of these on one day. One that would only have begun after it is removed."""
    ended = list(focal_points)
    for focal_point in ended:
        if focal_point.valid_from is not None and focal_point.valid_from > on:
            focal_point.delete()
        else:
            _end(focal_point, on)
    return ended


def no_post(focal_point: FocalPoint) -> str:
    """Say why somebody cannot be a focal point."""
    gap = focal_point_gap(focal_point)
    since = gap.since if gap else None
    if since is None or (focal_point.valid_from is not None and since <= focal_point.valid_from):
        return _("%(person)s holds no post at %(organisation)s or a unit of it then. Add the post first.") % {
            "person": focal_point.person,
            "organisation": focal_point.organisation,
        }
    return _("%(person)s’s post at %(organisation)s ends on %(day)s. Enter that day as the end.") % {
        "person": focal_point.person,
        "organisation": focal_point.organisation,
        "day": office_date(since - timedelta(days=1)),
    }


def _end(row: FocalPoint | ExpertAssignment, on: date) -> None:
    if row.valid_to is None or row.valid_to > on:
        row.valid_to = on
        row.full_clean()
        row.save()
