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


@sample("stakeholders:person_bulk", "stakeholders:person_bulk_confirm")
def _people_chosen(people):
    from tests.factories import PersonFactory

    return {"key": "cadence", "?": {"ids": PersonFactory().pk, "to-reason": ""}}


@sample("stakeholders:organisation_bulk", "stakeholders:organisation_bulk_confirm")
def _organisations_chosen(people):
    from tests.factories import OrganisationFactory

    return {"key": "cadence", "?": {"ids": OrganisationFactory().pk, "to-reason": ""}}


@sample("stakeholders:bulk_change", "stakeholders:bulk_change_undo")
def _bulk_change(people):
    import uuid

    from stakeholders import bulk_kinds
    from stakeholders.actions import bulk_change
    from tests.factories import PersonFactory

    chosen, kind = [PersonFactory().pk], bulk_kinds.kind_of("verify", "person")
    change = bulk_change.order(
        kind, "person", chosen, options="", title="Mark details as checked", key=uuid.uuid4(), actor=people["liaison"]
    )
    return {"pk": change.pk}


@sample("accounts:view_save")
def _view_to_save(people):
    return {"?": {"list": "stakeholders:organisation_list", "state": "kind=MINISTRY"}}


@sample("accounts:view_change", "accounts:view_delete")
def _saved_view(people):
    from nso_contacts.accounts.models import SavedView

    kept = {"list_name": "stakeholders:organisation_list", "state": "kind=MINISTRY", "name": "Ministries"}
    return {"pk": SavedView.objects.create(owner=people["liaison"], **kept).pk}


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


@sample("stakeholders:preferences", "stakeholders:unsubscribe")
def _preferences_link(people):
    from nso_contacts.mail import links
    from stakeholders import wishes
    from tests.factories import PersonFactory

    return {"token": links.make(wishes.LINK, PersonFactory(), timezone.now() + timedelta(days=3))}


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


# Requests, enquiries, surveys and needs ------------------------------------------------------------------------------


def _data_request(people, status="RECEIVED", **fields):
    """A request of the ministry of the visiting expert, assigned to the liaison officer."""
    from feedback.actions import request as actions
    from feedback.models import DataRequest
    from stakeholders.models import Person
    from tests.factories import PersonFactory, domain

    person = Person.objects.filter(user=people["expert"]).first() or PersonFactory(user=people["expert"])
    record = actions.submit(
        DataRequest(
            requester=person,
            organisation=person.posts.first().organisation,
            subject="Births by district",
            purpose="Planning",
            domain=domain(),
        ),
        actor=people["expert"],
    )
    fields |= {"status": status, "assignee": people["liaison"], "request_class": "READY_MADE"}
    DataRequest.objects.filter(pk=record.pk).update(**fields)
    record.refresh_from_db()
    return record


@sample(
    "feedback:request",
    "feedback:request_edit",
    "feedback:request_triage",
    "feedback:request_assign",
    "feedback:request_write",
    "feedback:request_start",
    "feedback:request_hand_in",
    "feedback:request_refuse",
    "feedback:request_redirect",
    "feedback:request_duplicate",
    "feedback:request_withdraw",
    "feedback:portal_request",
    "feedback:portal_request_withdraw",
)
def _open_request(people):
    return {"pk": _data_request(people).pk}


@sample("feedback:request_resume")
def _waiting_request(people):
    return {"pk": _data_request(people, "CLARIFICATION_NEEDED").pk}


@sample("feedback:request_check")
def _request_to_check(people):
    return {"pk": _data_request(people, "DISCLOSURE_CHECK", producer=people["liaison"]).pk}


@sample("feedback:request_close", "feedback:request_reopen")
def _answered_request(people):
    return {"pk": _data_request(people, "DELIVERED", delivered_at=timezone.now()).pk}


@sample(
    "feedback:portal",
    "feedback:portal_request_list",
    "feedback:portal_request_create",
    "feedback:portal_workshop_list",
    "feedback:portal_experts",
)
def _portal(people):
    """The portal is somebody's once a person stands behind the login."""
    from tests.factories import PersonFactory

    PersonFactory(user=people["expert"])
    return {}


def _request_token(people):
    from feedback.mails.request import LINK
    from nso_contacts.mail import links

    record = _data_request(people)
    return record, links.make(LINK, record, timezone.now() + timedelta(days=3))


@sample("feedback:follow", "feedback:follow_withdraw")
def _followed_request(people):
    return {"token": _request_token(people)[1]}


@sample("feedback:follow_file")
def _followed_file(people):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from feedback.models import RequestFile
    from nso_contacts.files import storage

    record, token = _request_token(people)
    stored = storage.store(SimpleUploadedFile("table.txt", b"1 2 3"), people["liaison"])
    return {"token": token, "pk": RequestFile.objects.create(request=record, file=stored).pk}


@sample("feedback:enquiry", "feedback:enquiry_answer", "feedback:enquiry_request", "feedback:enquiry_put_aside")
def _enquiry(people):
    from feedback.models import Enquiry

    fields = {"reference": "E-2026-0001", "topic": "DATA", "text": "Students by region?", "email": "m@univ.example"}
    return {"pk": Enquiry.objects.create(**fields).pk}


def _held_event(people):
    """A workshop of last week that the visiting expert attended."""
    from stakeholders.models import Person
    from tests.factories import PersonFactory, held_workshop

    person = Person.objects.filter(user=people["expert"]).first() or PersonFactory(user=people["expert"])
    return held_workshop(person, organiser=people["liaison"])


def _survey_wave(people):
    from feedback.actions import survey as actions

    return actions.open_wave(_held_event(people), actor=people["liaison"])


@sample("feedback:survey_open")
def _event_without_wave(people):
    return {"event": _held_event(people).pk}


@sample("feedback:wave", "feedback:wave_remind", "feedback:wave_close")
def _wave(people):
    return {"pk": _survey_wave(people).pk}


@sample("feedback:own_survey")
def _own_survey(people):
    return {"pk": _survey_wave(people).frame.get().pk}


@sample("feedback:survey_answer", "feedback:survey_refuse")
def _survey_token(people):
    from feedback.actions.survey import LINK
    from nso_contacts.mail import links

    member = _survey_wave(people).frame.get()
    return {"token": links.make(LINK, member, timezone.now() + timedelta(days=3))}


def _need(people, decided=False):
    from feedback.actions import need as actions
    from feedback.models import DataNeed, NeedRaiser
    from nso_contacts.office import clock
    from tests.factories import PersonFactory

    need = DataNeed(title="Monthly labour indicators", owner=people["liaison"])
    raiser = NeedRaiser(person=PersonFactory(), raised_on=clock.today())
    actions.raise_need(need, raiser, actor=people["liaison"])
    if decided:
        actions.decide(need, decision="ACCEPTED", decision_reason="A law asks for it.", actor=people["manager"])
    return raiser


@sample(
    "feedback:need",
    "feedback:need_edit",
    "feedback:need_support",
    "feedback:need_confirm",
    "feedback:need_assess",
    "feedback:need_decide",
    "feedback:need_close",
)
def _raised_need(people):
    return {"pk": _need(people).need_id}


@sample("feedback:need_begin", "feedback:need_meet", "feedback:need_verify")
def _decided_need(people):
    return {"pk": _need(people, decided=True).need_id}


@sample("feedback:need_tell")
def _raiser(people):
    return {"pk": _need(people, decided=True).pk}


@sample("feedback:response", "feedback:response_edit", "feedback:response_publish", "feedback:response_unpublish")
def _response(people):
    from feedback.models import PublishedResponse

    texts = {"title": "District figures", "said": "Districts, please.", "did": "They are published."}
    return {"pk": PublishedResponse.objects.create(author=people["liaison"], **texts).pk}


# Groups, committees and products -------------------------------------------------------------------------------------


@sample(
    "stakeholders:group",
    "stakeholders:group_edit",
    "stakeholders:group_archive",
    "stakeholders:group_restore",
    "stakeholders:group_members",
    "stakeholders:member_create",
)
def _group(people):
    from stakeholders.models import UserGroup

    return {"pk": UserGroup.objects.create(name="Users of labour statistics").pk}


@sample("stakeholders:member_edit", "stakeholders:member_end")
def _member(people):
    from stakeholders.models import UserGroup, UserGroupMembership
    from tests.factories import PersonFactory

    group = UserGroup.objects.create(name="Users of labour statistics")
    row = UserGroupMembership.objects.create(group=group, person=PersonFactory())
    return {"pk": group.pk, "row_pk": row.pk}


@sample(
    "stakeholders:committee",
    "stakeholders:committee_edit",
    "stakeholders:committee_archive",
    "stakeholders:committee_restore",
    "stakeholders:seat_create",
)
def _committee(people):
    from stakeholders.models import Committee

    return {"pk": Committee.objects.create(name="Advisory committee").pk}


@sample("stakeholders:seat_edit", "stakeholders:seat_end", "stakeholders:holder_create")
def _seat(people):
    from stakeholders.models import Committee, CommitteeSeat
    from tests.factories import OrganisationFactory

    committee = Committee.objects.create(name="Advisory committee")
    seat = CommitteeSeat.objects.create(committee=committee, organisation=OrganisationFactory())
    return {"pk": committee.pk, "seat_pk": seat.pk}


@sample("stakeholders:holder_end")
def _holder(people):
    from stakeholders.models import CommitteeSeat, SeatHolder
    from tests.factories import PersonFactory

    seat = CommitteeSeat.objects.get(pk=_seat(people)["seat_pk"])
    return {"pk": seat.committee_id, "row_pk": SeatHolder.objects.create(seat=seat, person=PersonFactory()).pk}


@sample("pages:pick")
def _pick(people):
    return {"kind": "organisation", "?": {"q": "ministry"}}


@sample(
    "stakeholders:product",
    "stakeholders:product_edit",
    "stakeholders:product_archive",
    "stakeholders:product_restore",
    "stakeholders:item_create",
    "stakeholders:key_group_create",
)
def _product(people):
    from stakeholders.models import Product

    return {"pk": Product.objects.create(code="LFS", title="Labour force survey").pk}


@sample("stakeholders:item_edit")
def _item(people):
    from stakeholders.models import DataItem

    pk = _product(people)["pk"]
    return {"pk": pk, "row_pk": DataItem.objects.create(product_id=pk, code="UR", label="Unemployment rate").pk}


@sample("stakeholders:key_group_remove")
def _key_group(people):
    from stakeholders.models import ProductKeyUserGroup

    pk = _product(people)["pk"]
    group = _group(people)["pk"]
    return {"pk": pk, "row_pk": ProductKeyUserGroup.objects.create(product_id=pk, group_id=group).pk}


# Workshops -----------------------------------------------------------------------------------------------------------


def _workshop(people, *, is_held=False):
    from tests.factories import PersonFactory, WorkshopFactory, invited
    from workshops.actions import event as event_actions

    workshop = WorkshopFactory(organiser=people["liaison"])
    invited(workshop, PersonFactory())
    if is_held:
        event_actions.mark_held(workshop, actor=people["liaison"])
    return workshop


@sample(
    "workshops:event",
    "workshops:edit",
    "workshops:programme",
    "workshops:cancel",
    "workshops:postpone",
    "workshops:new_day",
    "workshops:invitations",
    "workshops:chosen",
    "workshops:preview",
    "workshops:send",
    "workshops:send_again",
    "workshops:participants",
    "workshops:attendance",
    "workshops:attendance_list",
    "workshops:walk_in",
    "workshops:held",
)
def _workshop_page(people):
    return {"pk": _workshop(people).pk}


def _meeting(people, *, is_held=False):
    from stakeholders.models import Committee
    from tests.factories import PersonFactory, meeting, seat
    from workshops.actions import event as event_actions
    from workshops.actions import sending

    committee = Committee.objects.create(name="Committee on prices", quorum_percent=1)
    person = PersonFactory()
    seat(committee, person)
    event = meeting(committee, organiser=people["liaison"])
    if is_held:
        sending.send_invitations(event, actor=people["liaison"])
        event_actions.mark_held(event, actor=people["liaison"])
    return event


@sample("workshops:meeting", "workshops:papers", "workshops:decision_new", "workshops:action_new")
def _meeting_page(people):
    return {"pk": _meeting(people).pk}


@sample("workshops:decision_edit")
def _decision(people):
    from workshops.models import Decision

    event = _meeting(people, is_held=True)
    return {"pk": event.pk, "decision": Decision.objects.create(event=event, number=1, text="Publish earlier").pk}


@sample("workshops:paper_remove")
def _paper(people):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from workshops.actions import meeting as meeting_actions

    event = _meeting(people)
    upload = SimpleUploadedFile("agenda.txt", b"The agenda")
    [paper] = meeting_actions.add_papers(event, [upload], kind="PAPER", actor=people["liaison"])
    return {"pk": event.pk, "paper": paper.pk}


@sample("workshops:outcomes", "workshops:publish")
def _held_workshop(people):
    return {"pk": _workshop(people, is_held=True).pk}


@sample("workshops:send_step")
def _step(people):
    workshop = _workshop(people)
    return {"pk": workshop.pk, "step": workshop.milestones.planned().get(kind="REMINDER").pk}


@sample("workshops:guest", "workshops:guest_again", "workshops:preview_body", "workshops:send_test")
def _guest(people):
    workshop = _workshop(people)
    return {"pk": workshop.pk, "invitation": workshop.invitations.get().pk}


@sample("workshops:take_off")
def _chosen_guest(people):
    from tests.factories import PersonFactory, WorkshopFactory, invite

    workshop = WorkshopFactory(organiser=people["liaison"])
    [invitation] = invite(workshop, PersonFactory())
    return {"pk": workshop.pk, "invitation": invitation.pk}


@sample("workshops:own_reply")
def _own_invitation(people):
    invitation = _workshop(people).invitations.get()
    invitation.person.user = people["expert"]
    invitation.person.save()
    return {"pk": invitation.pk}


@sample("workshops:reply", "workshops:calendar_file")
def _invitation_link(people):
    from nso_contacts.mail import links
    from workshops import messages

    invitation = _workshop(people).invitations.select_related("event").get()
    return {"token": links.make(messages.LINK, invitation, invitation.event.end)}


@sample(
    "imports:batch",
    "imports:rows",
    "imports:apply",
    "imports:stop",
    "imports:discard",
    "imports:undo",
    "imports:correct",
)
def _import(people):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from nso_contacts.imports import actions

    file = SimpleUploadedFile("organisations.csv", b"Name,Region\nMinistry of Labour,\n")
    return {"pk": actions.upload(file, kind="organisations", actor=people["liaison"]).pk}


# Notifications -------------------------------------------------------------------------------------------------------


@sample("notifications:open", "notifications:read")
def _notification(people):
    from nso_contacts.notifications.actions import tell
    from nso_contacts.notifications.models import Notification
    from tests.factories import TaskFactory

    tell("stakeholders.task_assigned", TaskFactory(assignee=people["liaison"]), [people["liaison"]], actor=None)
    return {"pk": Notification.objects.get().pk}
