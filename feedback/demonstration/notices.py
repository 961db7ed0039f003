"""The bell of the demonstration: what is overdue, and what colleagues and requesters brought about lately."""

from datetime import timedelta
from typing import Any

from nso_contacts.notifications import actions
from nso_contacts.notifications.models import Notification
from stakeholders.models import Task

from ..models import DataRequest, RequestMessage
from .story import Story

LATEST = 2


def load(story: Story) -> None:
    """Fill it for everybody who has work."""
    actions.tell_what_came_about(actor=None)
    heard = RequestMessage.objects.filter(kind=RequestMessage.Kind.FROM_REQUESTER)
    for user in story.users.values():
        own = DataRequest.objects.open().filter(assignee=user).order_by("-received_at")
        tell(story, "feedback.request_assigned", own[:LATEST], user, story.users["nadia"])
        tell(story, "feedback.request_heard", own.filter(messages__in=heard).distinct()[:LATEST], user, None)
        given = Task.objects.open().filter(assignee=user).exclude(created_by=user)
        tell(story, "stakeholders.task_assigned", given, user, story.users["nadia"])


def tell(story: Story, cause: str, records: Any, user: Any, actor: Any) -> None:
    """Tell somebody of records, each some hours before the one told last."""
    for number, record in enumerate(records, start=1):
        if actions.tell(cause, record, [user], actor=actor):
            rows = Notification.objects.filter(cause=cause, record_id=record.pk, user=user)
            rows.update(happened_at=story.now - timedelta(hours=3 * number))
