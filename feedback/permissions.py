"""Row rules of feedback: requests, enquiries, needs, surveys and responses. One `Q` per rule."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from nso_contacts.access.roles import has_role
from nso_contacts.office import clock

EVERYTHING = Q()
NOTHING = Q(pk__in=[])

# Domains in which somebody is the office's expert today, everything below them included.
EXPERT_DOMAINS = """
    SELECT d.id FROM stakeholders_statisticaldomain d
    JOIN stakeholders_statisticaldomain mine
        ON mine.scheme_id = d.scheme_id AND (d.id = mine.id OR d.sort_key LIKE mine.sort_key || '.%%')
    JOIN stakeholders_expertassignment a ON a.domain_id = mine.id
    WHERE a.user_id = %s AND daterange(a.valid_from, a.valid_to, '[]') @> %s::date
"""

# Organisations of somebody's current posts and every unit under them, not above.
OWN_ORGANISATIONS = """
    WITH RECURSIVE own(id) AS (
        SELECT p.organisation_id FROM stakeholders_post p
        JOIN stakeholders_person h ON h.id = p.person_id
        WHERE h.user_id = %s AND daterange(p.valid_from, p.valid_to, '[]') @> %s::date
        UNION SELECT o.id FROM stakeholders_organisation o JOIN own ON o.parent_id = own.id
    ) SELECT id FROM own
"""


def expert_domains(user):
    """The ids of the statistical domains `user` is an expert for today, as a subquery."""
    return RawSQL(EXPERT_DOMAINS, [user.pk, clock.today()])  # noqa: S611 (parameters are bound)


def own_organisations(user):
    """The ids of the organisations whose requests a ministry expert may see, as a subquery."""
    return RawSQL(OWN_ORGANISATIONS, [user.pk, clock.today()])  # noqa: S611 (parameters are bound)


def sees_all_service(user):
    """Administrators, managers and liaison officers see every request and need."""
    return has_role(user, "administrator", "manager", "liaison")


def request_scope(user):
    """Requests staff may see: all of them, or (statisticians) those in their domains or assigned to them."""
    if not user.has_perm("access.view_requests"):
        return NOTHING
    if sees_all_service(user):
        return EVERYTHING
    return Q(domain__in=expert_domains(user)) | Q(assignee=user)


def request_edit_scope(user):
    """Requests somebody may work on: a liaison officer all, a statistician those assigned to them."""
    if user.has_perm("access.triage_requests"):
        return request_scope(user)
    if user.has_perm("access.answer_requests"):
        return Q(assignee=user)
    return NOTHING


def request_portal_scope(user):
    """Requests a ministry expert sees in the portal: those of the organisations of their current posts and the
    units under them; a move takes the old one's away.
    """
    if not user.has_perm("access.use_portal"):
        return NOTHING
    return Q(organisation__in=own_organisations(user))


def enquiry_scope(user):
    """Enquiries from the public belong to those who triage."""
    return EVERYTHING if user.has_perm("access.view_requests") and sees_all_service(user) else NOTHING


def need_scope(user):
    """Needs staff may see: all, or (statisticians) those in their domains or assigned to them."""
    if not user.has_perm("access.view_needs"):
        return NOTHING
    if sees_all_service(user):
        return EVERYTHING
    from .models import DataNeed  # noqa: PLC0415 (models import this module)

    in_domains = DataNeed.domains.through.objects.filter(
        dataneed=OuterRef("pk"), statisticaldomain__in=expert_domains(user)
    )
    return Q(Exists(in_domains)) | Q(owner=user)


def need_edit_scope(user):
    """Needs somebody may assess, decide or answer."""
    if user.has_perm("access.decide_needs") or (user.has_perm("access.raise_needs") and has_role(user, "liaison")):
        return need_scope(user)
    if user.has_perm("access.raise_needs"):
        return Q(owner=user)
    return NOTHING
