"""The catalogue: one product with its items, adding and changing it, loading the catalogue from a file."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nso_contacts.access.policy import requires
from nso_contacts.pages import panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from ..actions import product as actions
from ..csv_files import rows_of
from ..forms.product import ItemForm, KeyGroupForm, ProductFileForm, ProductForm
from ..models import DataItem, Product, ProductKeyUserGroup


@requires("view_directory")
def product(request, pk):
    """One product: its items, and the user groups that depend on it."""
    user = request.user
    found = get_object_or_404(Product.objects.visible_to(user).select_related("unit"), pk=pk)
    tab = request.GET.get("tab", "")
    first = {value: place for place, value in enumerate(ProductKeyUserGroup.Importance.values)}
    context = {
        "title": found.title,
        "crumbs": crumbs(),
        "product": found,
        "may_edit": Product.objects.editable_by(user).filter(pk=pk).exists(),
        "domains": found.domains.order_by("sort_key"),
        "items": found.items.order_by("-is_active", "code", "pk"),
        "key_groups": sorted(
            found.key_user_groups.select_related("group").order_by("group__name"), key=lambda row: first[row.importance]
        ),
        "facts": panels.shown("product", found, user, "fact"),
        "tabs": panels.tabs("product", found, user, tab, _("Overview")),
        "open_tab": panels.open_tab("product", found, user, tab),
        "rail": panels.shown("product", found, user, "rail"),
        "main": panels.shown("product", found, user, "main"),
    }
    return render(request, "stakeholders/product.html", context)


@requires("change_catalogue")
def create(request):
    """Add a product."""
    form = ProductForm(posted(request), user=request.user)
    return form_page(
        request,
        form,
        save=lambda form: actions.create(form.instance, actor=request.user, **form.details),
        title=_("Add product"),
        verb=_("Add product"),
        done=_("Product added."),
        crumbs=crumbs(),
        cancel=reverse("stakeholders:product_list"),
    )


@requires("change_catalogue")
def edit(request, pk):
    """Change a product."""
    found = editable(request, pk)
    form = ProductForm(posted(request), instance=found, user=request.user)
    return form_page(
        request,
        form,
        save=lambda form: actions.edit(form.instance, actor=request.user, **form.details),
        title=_("Edit %(record)s") % {"record": found},
        done=_("Product saved."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_catalogue")
def archive(request, pk):
    """Discontinue a product."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Discontinue %(record)s") % {"record": found},
        consequences=[_("It leaves the list and cannot be chosen. Its page and all that points to it stay.")],
        action=lambda: actions.discontinue(found, actor=request.user),
        verb=_("Discontinue"),
        danger=True,
        done=_("Product discontinued. It can be restored from its page."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_catalogue")
def restore(request, pk):
    """Offer a discontinued product again."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Restore %(record)s") % {"record": found},
        consequences=[_("It stands in lists and choices again.")],
        action=lambda: actions.restore(found, actor=request.user),
        verb=_("Restore"),
        done=_("Product restored."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_catalogue")
def load(request):
    """Load the catalogue from a CSV file; loading it again changes what differs."""
    form = ProductFileForm(posted(request), user=request.user)

    def save(form):
        rows = rows_of(form.cleaned_data["file"].read(), ("code", "title"))
        created, changed = actions.load(rows, actor=request.user)
        said = _("Products created: %(created)s, changed: %(changed)s.") % {"created": created, "changed": changed}
        messages.success(request, said)
        return reverse("stakeholders:product_list")

    return form_page(
        request,
        form,
        save=save,
        title=_("Load products from a file"),
        verb=_("Load products"),
        consequences=[
            _("The file is checked whole before anything is written."),
            _("Products are found again by their code. Those the file does not name stay as they are."),
        ],
        crumbs=crumbs(),
        cancel=reverse("stakeholders:product_list"),
    )


@requires("change_catalogue")
def item_create(request, pk):
    """Add a data item to a product."""
    found = editable(request, pk)
    form = ItemForm(posted(request), instance=DataItem(product=found), user=request.user)
    words = {"title": _("Add an item to %(product)s") % {"product": found}, "verb": _("Add item")}
    return entry(request, found, form, actions.save_item, done=_("Item added."), **words)


@requires("change_catalogue")
def item_edit(request, pk, row_pk):
    """Change a data item."""
    found = editable(request, pk)
    item = get_object_or_404(found.items, pk=row_pk)
    form = ItemForm(posted(request), instance=item, user=request.user)
    title = _("Edit %(record)s") % {"record": item}
    return entry(request, found, form, actions.save_item, done=_("Item saved."), title=title)


@requires("change_catalogue")
def key_group_create(request, pk):
    """Note that a user group depends on a product."""
    found = editable(request, pk)
    form = KeyGroupForm(posted(request), instance=ProductKeyUserGroup(product=found), user=request.user)
    words = {"title": _("Add a key user group of %(product)s") % {"product": found}, "verb": _("Add user group")}
    return entry(request, found, form, actions.save_key_group, done=_("Key user group added."), **words)


@requires("change_catalogue")
def key_group_remove(request, pk, row_pk):
    """Note that a user group no longer depends on a product."""
    found = editable(request, pk)
    link = found.key_user_groups.select_related("group").filter(pk=row_pk).first()

    def do():
        if link is not None:
            actions.remove_key_group(link, actor=request.user)
        return found

    return confirm_page(
        request,
        title=_("Remove %(group)s as a key user") % {"group": link.group if link else _("the user group")},
        consequences=[_("The group and the product stay as they are. The history keeps it.")],
        action=do,
        verb=_("Remove"),
        danger=True,
        done=_("Key user group removed."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


def entry(request, found, form, action, **words):
    """The page on which a row of a product is entered."""

    def save(form):
        action(form.instance, actor=request.user)
        return found

    return form_page(request, form, save=save, crumbs=crumbs(found), cancel=found.get_absolute_url(), **words)


def editable(request, pk):
    """The product, if the reader may change it."""
    return get_object_or_404(Product.objects.editable_by(request.user), pk=pk)


def crumbs(found=None):
    """The way to a product."""
    way = [(_("Products"), reverse("stakeholders:product_list"))]
    return [*way, (found.title, found.get_absolute_url())] if found else way
