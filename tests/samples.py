"""One true address for every route that takes parameters: the route × role table visits it as every role.

`SAMPLES` maps the name of a route to a function that makes the records it needs and returns its parameters. The
function is given the six visitors (`people["liaison"]` is a User; there is nobody for `None`), so that it can make a
record that at least one of those allowed in may see. A key "?" holds a query string. Routes without parameters need a
sample only when the bare page answers nobody with anything but 404.

    SAMPLES["stakeholders:organisation"] = lambda people: {"pk": OrganisationFactory().pk}
"""

from datetime import date, timedelta

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.utils import timezone

SAMPLES = {}


def sample(*names):
    """Register the function below as the sample of these routes."""

    def register(make):
        SAMPLES.update(dict.fromkeys(names, make))
        return make

    return register


# The office and its users --------------------------------------------------------------------------------------------


@sample("office:target")
def _target(people):
    from nso_contacts.office.models import RequestTarget

    return {"pk": RequestTarget.objects.first().pk}


@sample("office:part")
def _part(people):
    return {"part": "hours"}


@sample("office:first_run")
def _first_run(people):
    return {"step": "office"}


@sample("office:holiday", "office:holiday_remove")
def _holiday(people):
    from nso_contacts.office.models import Holiday

    return {"pk": Holiday.objects.create(date=date(2027, 11, 9), name="Independence Day").pk}


@sample("office:logo")
def _logo(people):
    from nso_contacts.office.models import Office

    Office.objects.update(logo=b"\x89PNG", logo_digest="0123456789abcdef")
    return {"digest": "0123456789abcdef"}


@sample(
    "accounts:user",
    "accounts:user_deactivate",
    "accounts:user_reactivate",
    "accounts:user_send_invitation",
    "accounts:user_reset_two_step",
)
def _user(people):
    return {"pk": people["liaison"].pk}


@sample("accounts:invitation")
def _invitation(people):
    from nso_contacts.accounts import actions
    from nso_contacts.mail import links

    return {"token": links.make(actions.INVITATION, people["liaison"], timezone.now() + timedelta(days=1))}


@sample("account_reset_password_from_key")
def _password_reset(people):
    return {"uidb36": "1", "key": "no-such-key"}


@sample(
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate",
)
def _two_step(people):
    for user in people.values():
        totp.TOTP.activate(user, totp.generate_totp_secret())
        RecoveryCodes.activate(user)
    return {}


# History, messages and files -----------------------------------------------------------------------------------------


@sample("audit:history")
def _history(people):
    from nso_contacts.audit import history
    from stakeholders.models import Organisation
    from tests.factories import OrganisationFactory

    if history.kind_of("organisation") is None:
        history.register("organisation", Organisation, "view_directory")
    return {"kind": "organisation", "pk": OrganisationFactory().pk}


def _message(people, **state):
    """A message about one of the visitors, in a state that all its pages can show."""
    from nso_contacts.accounts import mails
    from nso_contacts.mail import outbox
    from nso_contacts.mail.models import Message

    expert = people["expert"]
    message = outbox.post(mails.PASSWORD_RESET, subject=expert, recipient=expert, address="somebody@labour.example")
    Message.objects.filter(pk=message.pk).update(message_class="SERVICE", text="Text", html="<p>Text</p>", **state)
    return {"pk": message.pk}


@sample(
    "mail:message",
    "mail:body",
    "mail:retry",
    "mail:send_again",
    "mail:mark_sent",
    "mail:stop",
    "mail:leave",
    "mail:send_now",
)
def _waiting_message(people):
    return _message(people)


@sample("mail:approve")
def _held_message(people):
    return _message(people, state="held", due_at=None)


@sample("files:download")
def _stored_file(people):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from nso_contacts.files import storage
    from stakeholders.models import InteractionFile
    from tests.factories import log_contact

    stored = storage.store(SimpleUploadedFile("notes.txt", b"Sandy ground"), people["liaison"])
    InteractionFile.objects.create(interaction=log_contact(people["liaison"]), file=stored)
    return {"pk": stored.pk}


# Contact log and tasks -----------------------------------------------------------------------------------------------


@sample("stakeholders:interaction", "stakeholders:interaction_edit", "stakeholders:interaction_delete")
def _interaction(people):
    from tests.factories import PersonFactory, log_contact

    return {"pk": log_contact(people["liaison"], PersonFactory()).pk}


@sample(
    "stakeholders:task",
    "stakeholders:task_edit",
    "stakeholders:task_done",
    "stakeholders:task_move",
    "stakeholders:task_cancel",
    "stakeholders:task_reopen",
)
def _task(people):
    from tests.factories import TaskFactory

    return {"pk": TaskFactory(assignee=people["liaison"]).pk}


@sample("stakeholders:organisation_due")
def _organisation_due(people):
    from tests.factories import OrganisationFactory

    return {"pk": OrganisationFactory().pk}


@sample("stakeholders:person_due")
def _person_due(people):
    from tests.factories import PersonFactory

    return {"pk": PersonFactory().pk}


@sample("stakeholders:group_due")
def _group_due(people):
    from stakeholders.models import UserGroup

    return {"pk": UserGroup.objects.create(name="Labour statistics").pk}


# The directory -------------------------------------------------------------------------------------------------------


@sample(
    "stakeholders:organisation",
    "stakeholders:organisation_edit",
    "stakeholders:organisation_verify",
    "stakeholders:organisation_archive",
    "stakeholders:organisation_restore",
    "stakeholders:organisation_merge",
    "stakeholders:focal_point_create",
    "stakeholders:expert_create",
)
def _organisation(people):
    from tests.factories import OrganisationFactory

    return {"pk": OrganisationFactory().pk}


@sample("stakeholders:focal_point_end")
def _focal_point(people):
    from tests.factories import FocalPointFactory

    focal_point = FocalPointFactory()
    return {"pk": focal_point.organisation_id, "row_pk": focal_point.pk}


@sample("stakeholders:expert_end")
def _expert_assignment(people):
    from tests.factories import ExpertAssignmentFactory

    assignment = ExpertAssignmentFactory()
    return {"pk": assignment.organisation_id, "row_pk": assignment.pk}


@sample(
    "stakeholders:person",
    "stakeholders:person_edit",
    "stakeholders:person_verify",
    "stakeholders:person_archive",
    "stakeholders:person_restore",
    "stakeholders:person_merge",
    "stakeholders:person_moved",
    "stakeholders:person_invite",
    "stakeholders:post_create",
)
def _person(people):
    from tests.factories import PersonFactory

    return {"pk": PersonFactory().pk}


@sample("stakeholders:post_edit", "stakeholders:post_end")
def _post(people):
    from tests.factories import PersonFactory

    post = PersonFactory().posts.get()
    return {"pk": post.person_id, "post_pk": post.pk}


@sample("stakeholders:user_person")
def _person_of_user(people):
    return {"pk": people["statistician"].pk}


@sample("stakeholders:domain", "stakeholders:domain_edit")
def _domain(people):
    from tests.factories import domain

    return {"pk": domain().pk}


@sample("stakeholders:domain_scheme_use")
def _scheme(people):
    from tests.factories import domain

    return {"pk": domain().scheme_id}
