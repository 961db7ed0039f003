"""The catalogue: list, page, items, key user groups, loading it from a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from stakeholders.models import DataItem, Product, ProductKeyUserGroup, UserGroup
from tests.factories import domain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

LIST = reverse("stakeholders:product_list")
LOAD = reverse("stakeholders:product_load")
FILE = "code,title,kind,domains\nLFS,Labour force survey,publication,1.2;1.3\nCPI,Consumer prices,,2.7\n"


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def url(name, *args):
    return reverse(f"stakeholders:{name}", args=args)


def made(code="LFS", title="Labour force survey", domains=(), **fields):
    product = Product.objects.create(code=code, title=title, **fields)
    product.domains.set(domain(one) for one in domains)
    return product


def page(client, product):
    return client.get(product.get_absolute_url())


def listed(client, **state):
    return [row.record.code for row in client.get(LIST, state).context["rows"]]


def sent(text):
    data = text if isinstance(text, bytes) else text.encode()
    return {"file": SimpleUploadedFile("products.csv", data)}


def test_the_list_finds_and_filters(client):
    survey = made(domains=["1.2"])
    made("CPI", "Consumer prices", kind="INDICATOR_SET", periodicity="M")
    made("OLD", "Old tables", status="DISCONTINUED")
    DataItem.objects.create(product=survey, code="UR", label="Unemployment rate")
    DataItem.objects.create(product=survey, code="X", label="Dropped", is_active=False)
    assert listed(client) == ["CPI", "LFS"]
    assert listed(client, q="lfs") == ["LFS"]
    assert listed(client, domain=domain("1").pk) == ["LFS"]
    assert listed(client, kind="INDICATOR_SET") == ["CPI"]
    assert listed(client, periodicity="M") == ["CPI"]
    assert listed(client, status="DISCONTINUED") == ["OLD"]
    assert client.get(LIST, {"q": "lfs"}).context["rows"][0].record.items_now == 1


def test_a_product_is_added_changed_discontinued_and_restored(client):
    given = {"code": "LFS", "title": "Survey", "kind": "PUBLICATION", "periodicity": "Q", "status": "ACTIVE"}
    client.post(url("product_create"), given | {"domains": [domain("1.2").pk]})
    product = Product.objects.get()
    assert (product.periodicity, list(product.domains.all())) == ("Q", [domain("1.2")])
    double = client.post(url("product_create"), given | {"code": "lfs"})
    assert double.status_code == 422
    assert "Another product has this code" in str(double.context["form"].errors["code"])
    client.post(url("product_edit", product.pk), given | {"title": "Labour", "revision": product.revision})
    product.refresh_from_db()
    assert (product.title, product.domains.count()) == ("Labour", 0)
    client.post(url("product_archive", product.pk))
    assert not Product.objects.active().exists()
    client.post(url("product_restore", product.pk))
    assert Product.objects.active().exists()


def test_items_and_key_user_groups(client):
    product, group = made(), UserGroup.objects.create(name="Labour")
    client.post(url("item_create", product.pk), {"code": "UR", "label": "Unemployment", "is_active": "on"})
    item = product.items.get()
    double = client.post(url("item_create", product.pk), {"code": "ur", "label": "Again"})
    assert double.status_code == 422
    assert "already has an item" in str(double.context["form"].errors["code"])
    client.post(
        url("item_edit", product.pk, item.pk), {"code": "UR", "label": "Unemployment rate", "revision": item.revision}
    )
    item.refresh_from_db()
    assert (item.label, item.is_active) == ("Unemployment rate", False)
    given = {"group": group.pk, "importance": "CRITICAL", "purposes": "Budget"}
    client.post(url("key_group_create", product.pk), given)
    again = client.post(url("key_group_create", product.pk), given)
    assert again.status_code == 422
    assert "already a key user" in str(again.context["form"].errors["group"])
    shown = page(client, product).content.decode()
    assert "Unemployment rate" in shown
    assert "Budget" in shown
    remove = url("key_group_remove", product.pk, product.key_user_groups.get().pk)
    client.get(remove)
    assert product.key_user_groups.exists()
    client.post(remove)
    assert client.post(remove).status_code == 302
    assert not product.key_user_groups.exists()


def test_loading_a_file_twice_changes_what_differs(client):
    assert client.post(LOAD, sent("\ufeff" + FILE)).headers["Location"] == LIST
    survey = Product.objects.get(code="LFS")
    assert [one.code for one in survey.domains.order_by("sort_key")] == ["1.2", "1.3"]
    client.post(LOAD, sent(FILE))
    changed = "code,title,kind,domains\nlfs,Labour survey,,\nCPI,Consumer prices,INDICATOR_SET,2.7\n"
    client.post(LOAD, sent(changed))
    survey.refresh_from_db()
    assert (Product.objects.count(), survey.title, survey.kind) == (2, "Labour survey", "PUBLICATION")
    assert survey.domains.count() == 2
    assert Product.objects.get(code="CPI").kind == "INDICATOR_SET"


def test_a_file_may_name_the_kind_as_the_screen_does(client):
    client.post(LOAD, sent("code,title,kind\nA,One,Press release\nB,Two,press_release\n"))

    assert list(Product.objects.values_list("kind", flat=True)) == ["PRESS_RELEASE", "PRESS_RELEASE"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code;kind\nLFS;PUBLICATION\n", "title"),
        ("code,title\n", "no products"),
        ("code,title\n,Survey\n", "Line 2: the code is missing"),
        ("code,title\nA,\n", "Line 2: the title is missing"),
        ("code,title\nA,One\na,Two\n", "Line 3: code a stands there twice"),
        ("code,title,kind\nA,One,\nB,Two,BOOK\n", "Line 3: “BOOK” is no kind of product"),
        ("code,title,domains\nA,One,1.2;99\n", "Line 2: “99” is no statistical domain"),
        (b"code,title\nA,Soci\xe9t\xe9\n", "another encoding"),
        (b"PK\x03\x04\x00\x00", "not a CSV file"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason_and_writes_nothing(client, text, words):
    answer = client.post(LOAD, sent(text))
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["file"])
    assert not Product.objects.exists()


def test_the_command_loads_the_same_file(tmp_path, capsys):
    file = tmp_path / "products.csv"
    file.write_text(FILE)
    call_command("import_products", str(file))
    call_command("import_products", str(file))
    assert capsys.readouterr().out.splitlines() == ["2 products created, 0 changed.", "0 products created, 0 changed."]
    file.write_text("code,title\nNEW,New\n,No code\n")
    with pytest.raises(CommandError, match="Line 3: the code is missing"):
        call_command("import_products", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_products", str(tmp_path / "nothing.csv"))
    assert Product.objects.count() == 2


def test_the_database_refuses_a_wrong_product():
    product, group = made(), UserGroup.objects.create(name="Labour")
    wrong = [
        lambda: made("lfs"),
        lambda: [DataItem.objects.create(product=product, code=code, label="x") for code in ("UR", "ur")],
        lambda: [ProductKeyUserGroup.objects.create(product=product, group=group) for _twice in range(2)],
    ]
    for attempt in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_the_same_queries_for_1_and_30(client, count_queries):
    def fill(product, number):
        for order in range(number):
            DataItem.objects.create(product=product, code=f"I{order}", label="Item")
            group = UserGroup.objects.create(name=f"{product} {order}")
            ProductKeyUserGroup.objects.create(product=product, group=group)

    few, many = made("FEW", "Few", ["1.2"]), made("MANY", "Many", ["1.2"])
    fill(few, 1)
    page(client, few)
    number = count_queries(lambda: page(client, few))
    fill(many, 30)
    assert count_queries(lambda: page(client, many)) == number
    narrow = count_queries(lambda: client.get(LIST, {"q": "few"}))
    for order in range(30):
        made(f"P{order}", f"Table {order}", ["1.2", "1.3"])
    assert count_queries(lambda: client.get(LIST, {"q": "table"})) == narrow


def test_only_who_may_change_the_catalogue_changes_it(signed_in, statistician):
    client, product = signed_in(statistician), made()
    assert page(client, product).status_code == 200
    assert client.get(LOAD).status_code == 403
    assert client.get(url("product_edit", product.pk)).status_code == 403
