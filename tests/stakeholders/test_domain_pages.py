"""Statistical domains: the list, one domain, loading and choosing a scheme."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stakeholders.models import DomainScheme, StatisticalDomain
from tests.factories import ExpertAssignmentFactory, FocalPointFactory, OrganisationFactory, PersonFactory, domain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

LIST = reverse("stakeholders:domain_list")
LOAD = reverse("stakeholders:domain_load")


@pytest.fixture
def client(signed_in, administrator):
    return signed_in(administrator)


def sent(text, **fields):
    data = text if isinstance(text, bytes) else text.encode()
    return {"code": "CSA-2.1", "title": "CSA 2.1", "file": SimpleUploadedFile("csa.csv", data), **fields}


def test_the_list_stands_in_numeric_order(client):
    domain()
    rows = client.get(LIST).context["rows"]
    assert [row.record.code for row in rows][9:13] == ["1.9", "1.10", "1.11", "2"]
    assert len(rows) == 40
    other = DomainScheme.objects.get(is_default=False)
    assert [row.record.code for row in client.get(LIST, {"scheme": other.pk}).context["rows"]][:2] == ["4", "4.1"]


def test_one_domain_counts_what_is_below_it(client):
    PersonFactory(in_domains=["3.3.1"])
    PersonFactory(in_domains=["3.3.1", "3.3.2"])
    answer = client.get(domain("3.3").get_absolute_url())
    assert answer.context["people_number"] == 2


def test_one_domain_takes_the_same_queries_for_1_and_15(client, count_queries):
    def fill(number, code):
        for _one in range(number):
            ministry = OrganisationFactory()
            FocalPointFactory(organisation=ministry, domain=domain(code))
            ExpertAssignmentFactory(organisation=ministry, domain=domain(code))

    fill(1, "1.1")
    fill(15, "1.2")
    client.get(LIST)
    few = count_queries(lambda: client.get(domain("1.1").get_absolute_url()))
    assert count_queries(lambda: client.get(domain("1.2").get_absolute_url())) == few


def test_an_office_may_call_a_domain_its_own_way(client):
    labour = domain("3.3.5")
    url = reverse("stakeholders:domain_edit", args=[labour.pk])
    client.post(url, {"local_title": "SDG indicators", "revision": labour.revision})
    assert "SDG indicators" in client.get(LIST).content.decode()


def test_loading_a_scheme_and_using_it_for_new_records(client):
    answer = client.post(LOAD, sent("\ufeffcode,parent,title,description\n1,,Social,\n1.2,1,Labour,All work\n"))
    scheme = DomainScheme.objects.get(code="CSA-2.1")
    assert answer.headers["Location"] == f"{LIST}?scheme={scheme.pk}"
    assert scheme.domains.get(code="1.2").description == "All work"
    client.post(reverse("stakeholders:domain_scheme_use", args=[scheme.pk]))
    assert [row.code for row in StatisticalDomain.objects.current()] == ["1", "1.2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code;title\n1;Social\n", "parent"),
        ("", "empty"),
        ("code,parent,title\n", "no domains"),
        ("code,parent,title\n1,,\n", "Line 2: the title is missing"),
        ("code,parent,title\n1,,A\n2.1,1,B\n", "cannot belong under"),
        (b"code,parent,title\n1,,Soci\xe9t\xe9\n", "another encoding"),
        (b"PK\x03\x04\x00\x00", "not a CSV file"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason_and_writes_nothing(client, text, words):
    answer = client.post(LOAD, sent(text))
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["file"])
    assert not DomainScheme.objects.filter(code="CSA-2.1").exists()


def test_only_administrators_change_code_lists(signed_in, liaison):
    client = signed_in(liaison)
    assert client.get(LIST).status_code == 200
    assert client.get(domain().get_absolute_url()).status_code == 200
    assert client.get(LOAD).status_code == 403
    assert client.get(reverse("stakeholders:domain_edit", args=[domain().pk])).status_code == 403
