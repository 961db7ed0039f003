"""The catalogue: products, their data items, who depends on them, and loading it from a file."""

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action

from ..models import DataItem, Product, ProductKeyUserGroup, StatisticalDomain

MOST_ERRORS = 20
Domains = Iterable[StatisticalDomain]


@action
def create(product: Product, *, actor: User | None, domains: Domains = ()) -> Product:
    """Write down a new product."""
    product.full_clean()
    product.save(force_insert=True)
    product.domains.set(domains)
    return product


@action
def edit(product: Product, *, actor: User | None, domains: Domains, reason: str = "") -> Product:
    """Save what was changed."""
    product.full_clean()
    product.save()
    product.domains.set(domains)
    return product


@action
def discontinue(product: Product, *, actor: User | None, reason: str = "") -> Product:
    """Take a product out of choices. Doing it twice changes nothing."""
    return _set_status(product, Product.Status.DISCONTINUED)


@action
def restore(product: Product, *, actor: User | None, reason: str = "") -> Product:
    """Offer a discontinued product again."""
    if product.status != Product.Status.DISCONTINUED:
        return product
    return _set_status(product, Product.Status.ACTIVE)


@action
def save_item(item: DataItem, *, actor: User | None, reason: str = "") -> DataItem:
    """Add a data item to a product, or save what was changed about one."""
    item.full_clean()
    item.save()
    return item


@action
def save_key_group(link: ProductKeyUserGroup, *, actor: User | None, reason: str = "") -> ProductKeyUserGroup:
    """Note how much a user group depends on a product."""
    link.full_clean()
    link.save()
    return link


@action
def remove_key_group(link: ProductKeyUserGroup, *, actor: User | None, reason: str = "") -> None:
    """Note that a user group no longer depends on a product."""
    link.delete()


@action
def load(rows: Sequence[Mapping[str, str]], *, actor: User | None) -> tuple[int, int]:
    """Load products from rows with code, title, kind and domains (codes with ; between); return (new, changed).

    The rows are checked whole before anything is written. A product that the rows do not name stays as it is; a column
    that is missing or empty changes nothing.
    """
    domains = {domain.code: domain for domain in StatisticalDomain.objects.current()}
    _refuse(check(rows, domains))
    known = {product.code.lower(): product for product in Product.objects.prefetch_related("domains")}
    created = changed = 0
    for row in rows:
        product = known.get(row["code"].lower())
        wanted = [domains[code] for code in codes_of(row)]
        values = {"title": row["title"]} | ({"kind": kind_of(row["kind"])} if row.get("kind") else {})
        if product is None:
            create(Product(code=row["code"], **values), actor=actor, domains=wanted)
            created += 1
            continue
        differs = any(getattr(product, name) != value for name, value in values.items())
        filed = set(product.domains.all())
        if differs or (wanted and set(wanted) != filed):
            for name, value in values.items():
                setattr(product, name, value)
            edit(product, actor=actor, domains=wanted or filed)
            changed += 1
    return created, changed


def codes_of(row: Mapping[str, str]) -> list[str]:
    """The codes of the domains a row names."""
    return [code.strip() for code in row.get("domains", "").split(";") if code.strip()]


def kind_of(said: str) -> str:
    """The kind that a cell names by its code or as screens and exports do; empty if there is none."""
    named = {str(label).casefold(): code for code, label in Product.Kind.choices}
    return said.upper() if said.upper() in Product.Kind.values else named.get(said.casefold(), "")


def check(rows: Sequence[Mapping[str, str]], domains: Mapping[str, StatisticalDomain]) -> list[str]:
    """Everything that is wrong with the rows, with the number of the line (the heading is line 1)."""
    wrong: list[str] = []
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        code, kind = row.get("code", ""), row.get("kind", "")
        said = []
        if not code:
            said.append(_("the code is missing."))
        elif len(code) > 60:
            said.append(_("the code is longer than 60 characters."))
        elif code.lower() in seen:
            said.append(_("code %(code)s stands there twice.") % {"code": code})
        if not row.get("title"):
            said.append(_("the title is missing."))
        elif len(row["title"]) > 300:
            said.append(_("the title is longer than 300 characters."))
        if kind and not kind_of(kind):
            said.append(
                _("“%(kind)s” is no kind of product; use one of %(kinds)s.")
                % {"kind": kind, "kinds": ", ".join(str(label) for label in Product.Kind.labels)}
            )
        said += [
            _("“%(code)s” is no statistical domain.") % {"code": one} for one in codes_of(row) if one not in domains
        ]
        wrong += [_("Line %(line)s: %(what)s") % {"line": line, "what": what} for what in said]
        seen.add(code.lower())
    return wrong if rows else [_("The file holds no products.")]


def _set_status(product: Product, status: str) -> Product:
    if product.status != status:
        product.status = status
        product.save(update_fields=["status"])
    return product


def _refuse(wrong: list[str]) -> None:
    if wrong:
        more = len(wrong) - MOST_ERRORS
        rest = [_("… and %(more)s more.") % {"more": more}] if more > 0 else []
        raise ValidationError({"file": [*wrong[:MOST_ERRORS], *rest]})
