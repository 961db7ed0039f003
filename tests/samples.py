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
