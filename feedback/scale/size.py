"""How much is loaded: the realistic volumes of a small, a medium and a very large office."""

from dataclasses import dataclass

YEARS = 5


@dataclass(frozen=True)
class Size:
    """Rows of one office. What flows is a year's worth; five years of it are loaded, of messages the last one."""

    users: int
    organisations: int
    people: int
    focal_points: int
    experts: int
    groups: int
    memberships: int
    committees: int
    products: int
    interactions: int
    requests: int  # and enquiries
    workshops: int
    invitations: int
    survey_invitations: int
    survey_responses: int
    needs: int
    messages: int


# A country with a few hundred users, one with a full-grown office, and one with some 550 regional offices.
SIZES = {
    "small": Size(
        users=15,
        organisations=200,
        people=800,
        focal_points=80,
        experts=80,
        groups=6,
        memberships=60,
        committees=6,
        products=20,
        interactions=2_000,
        requests=400,
        workshops=8,
        invitations=350,
        survey_invitations=900,
        survey_responses=450,
        needs=60,
        messages=4_000,
    ),
    "medium": Size(
        users=250,
        organisations=2_500,
        people=12_000,
        focal_points=900,
        experts=700,
        groups=40,
        memberships=600,
        committees=35,
        products=120,
        interactions=40_000,
        requests=6_000,
        workshops=60,
        invitations=4_500,
        survey_invitations=14_000,
        survey_responses=4_500,
        needs=900,
        messages=70_000,
    ),
    "large": Size(
        users=6_000,
        organisations=40_000,
        people=250_000,
        focal_points=25_000,
        experts=12_000,
        groups=1_500,
        memberships=20_000,
        committees=700,
        products=600,
        interactions=700_000,
        requests=90_000,
        workshops=1_600,
        invitations=95_000,
        survey_invitations=220_000,
        survey_responses=55_000,
        needs=9_000,
        messages=1_200_000,
    ),
}
