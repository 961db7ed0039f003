"""Lists of records: searched, filtered, sorted, paged and exported, with their whole state in the address.

    class PersonListing(Listing):
        title = _("People")
        policy = ("view_directory",)
        queryset = Person.objects.active().select_related("primary_post__organisation")
        columns = [
            Column("name", _("Name"), link=True),
            Column("organisation", _("Organisation"), value=lambda person: person.organisation_name),
            Column("next_due_on", _("Next due"), template="stakeholders/cells/next_due.html"),
        ]
        filters = PersonFilter                     # a django_filters.FilterSet
        search = True                              # looks into search_text; or a tuple of field names
        default_sort = "next_due_on"
        noun = ngettext_lazy("%(shown)s person", "%(shown)s people", "n")
        empty = Empty("people", _("No people yet"), _("Add the first one."), "stakeholders:person_add", _("Add person"))

    path("people/", PersonListing.as_view(), name="people")

Promises: rows come only through `visible_to`; an unknown sort, page or filter never errors; every order ends in `pk`;
the export holds the same rows and columns; the number of queries does not grow with the rows, nor does deep paging read
the rows before. Use from other pages: `PersonListing(request).region()` gives the context of parts/listing.html.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django_filters.fields import DateRangeField

from nso_contacts.access.policy import requires

from . import export, saved_views
from .controls import days_in_words, in_words, keys
from .counting import Count, capped, count
from .matching import matching, nearest
from .picks import Pick
from .templatetags.pages import shown

Text = str | Promise

SEARCH, SORT, PAGE, FORMAT, ALL, IDS, COLUMNS = "q", "sort", "page", "format", "all", "ids", "cols"
LAST_PAGE = 1_000_000
MOST_ON_TABS = 999
MOST_NEAR = 5


@dataclass(frozen=True)
class Column:
    """One column of a list and of its export.

    `key` names the column in the address and is the path to its value (`organisation__name`); `value(row)` replaces the
    path. `order` are the fields it sorts by: by default the path itself, and nothing for a computed value; `()` makes a
    column that does not sort. `link` makes it the row's name, leading to the record. `template` draws the cell with
    `row`, `value` and `user`; the export writes `export(row)`, else the value. `only` is "screen" or "export".
    """

    key: str
    title: Text
    value: Callable[[Any], Any] | None = None
    order: tuple[str, ...] | None = None
    link: bool = False
    template: str = ""
    numeric: bool = False
    css: str = ""
    export: Callable[[Any], Any] | None = None
    only: str = ""

    @property
    def sorts_by(self) -> tuple[str, ...]:
        """The fields this column sorts by."""
        if self.order is not None:
            return self.order
        return () if self.value else (self.key,)

    def of(self, row: Any) -> Any:
        """Return the value of the column for a row; None where a link of the path is missing."""
        if self.value:
            return self.value(row)
        value = row
        for step in self.key.split("__"):
            display = getattr(value, f"get_{step}_display", None)
            value = display() if display else getattr(value, step, None)
        return value

    def exported(self, row: Any) -> Any:
        """Return what the export writes."""
        return self.export(row) if self.export else self.of(row)


@dataclass(frozen=True)
class Empty:
    """What stands in a list that holds nothing yet: what will be here, and one action."""

    icon: str
    title: Text
    text: Text = ""
    url_name: str = ""
    verb: Text = ""

    @property
    def url(self) -> str:
        """Where the action leads."""
        return reverse(self.url_name) if self.url_name else ""


@dataclass(frozen=True)
class Action:
    """A button above a list, or one for the chosen rows, which it opens with `?ids=…` or with `all` and the filters.

    Of those for rows the `primary` ones stand in the bar, the others in its menu.
    """

    label: Text
    url_name: str
    icon: str = ""
    capability: str | None = None
    primary: bool = False
    args: tuple[str, ...] = ()
    query: str = ""

    def is_open_to(self, user: Any) -> bool:
        """Whether `user` may press it."""
        return self.capability is None or user.has_perm(f"access.{self.capability}")

    @property
    def url(self) -> str:
        """Where it leads."""
        url = reverse(self.url_name, args=self.args)
        return f"{url}?{self.query}" if self.query else url


@dataclass(frozen=True)
class Chip:
    """A filter in use, in words, with the address of the list without it."""

    label: Text
    value: str
    url: str


@dataclass(frozen=True)
class Heading:
    """The head of a column; `direction` is how the list is sorted by it now, `url` how it would be."""

    column: Column
    direction: str = ""
    url: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell, ready to be printed."""

    column: Column
    text: Any
    html: str | None = None

    @property
    def content(self) -> Any:
        """What is printed: the cell as its template drew it, or its value in the words of the office."""
        return shown(self.text) if self.html is None else self.html


@dataclass(frozen=True)
class Row:
    """A record with its cells."""

    record: Any
    url: str
    name: str
    cells: list[Cell] = field(default_factory=list)


class Listing:
    """A list page. See the module."""

    title: ClassVar[Text] = ""
    lede: ClassVar[Text] = ""
    policy: ClassVar[tuple[str, ...]] = ()
    queryset: ClassVar[Any] = None
    columns: ClassVar[list[Column]] = []
    filters: ClassVar[Any] = None
    # The filters that stand beside the search, if not all of them do; the others are folded under “More filters”.
    usual_filters: ClassVar[tuple[str, ...]] = ()
    search: ClassVar[bool | tuple[str, ...]] = False
    search_hint: ClassVar[Text] = _("Search in this list")
    default_sort: ClassVar[str] = ""
    page_size: ClassVar[int] = 50
    noun: ClassVar[Any] = ngettext_lazy("%(shown)s entry", "%(shown)s entries", "n")
    empty: ClassVar[Empty] = Empty("inbox", _("Nothing here yet"))
    buttons: ClassVar[list[Action]] = []
    actions: ClassVar[list[Action]] = []
    formats: ClassVar[tuple[str, ...]] = ("csv", "xlsx")
    # Views that the office itself offers above the list: a title and the state of the address.
    views: ClassVar[list[tuple[Text, dict[str, str]]]] = []
    template: ClassVar[str] = "pages/list.html"
    base: ClassVar[str] = "base.html"

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        """Read the state of the list from the address."""
        self.request = request
        self.user = request.user
        self.kwargs = kwargs
        self.state = request.GET

    @classmethod
    def as_view(cls) -> Callable[..., HttpResponseBase]:
        """Return the view, guarded by the list's policy."""
        if not cls.policy:
            raise ImproperlyConfigured(f"{cls.__name__} does not say who may see it.")

        def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return cls(request, **kwargs).respond()

        view.listing = cls  # type: ignore[attr-defined]  # a saved view is checked against it
        view.__doc__ = cls.__doc__
        view.__name__ = cls.__name__
        view.__module__ = cls.__module__
        return requires(*cls.policy)(view)

    @classmethod
    def chosen(cls, request: HttpRequest, **kwargs: Any) -> QuerySet[Any]:
        """Return the rows that a bulk action was opened with: those ticked, or all that the filters find."""
        sent = request.POST if request.method == "POST" and IDS in request.POST else request.GET
        listing = cls(request, **kwargs)
        if sent.get(ALL):
            listing.state = sent
            return listing.found
        return listing.rows().filter(pk__in=numbers(sent.getlist(IDS)))

    # What is in the list ---------------------------------------------------------------------------------------------

    def rows(self) -> QuerySet[Any]:
        """Return everything that belongs into this list and that the reader may see. Override to narrow it."""
        return self.queryset.all().visible_to(self.user)

    @cached_property
    def filterset(self) -> Any:
        """The filters, filled from the address; None for a list without filters."""
        if self.filters is None:
            return None
        filterset = self.filters(data=self.state, queryset=self.rows(), request=self.request)
        for name, control in filterset.form.fields.items():
            if isinstance(control, Pick):
                control.for_user(self.user)
                control.read(self.state, name, None)
            if isinstance(control.widget, forms.SelectMultiple):
                control.widget = forms.CheckboxSelectMultiple(choices=control.widget.choices)
        return filterset

    @property
    def typed(self) -> str:
        """What was typed into the search box."""
        return self.state.get(SEARCH, "").replace("\x00", "").strip() if self.search else ""

    @cached_property
    def found(self) -> QuerySet[Any]:
        """The rows that the search and the filters find, in no order yet; of a file only those ticked, if any are."""
        found = self.narrowed(self.filterset)
        if FORMAT in self.state and IDS in self.state and not self.state.get(ALL):
            return found.filter(pk__in=numbers(self.state.getlist(IDS)))
        return found

    def narrowed(self, filterset: Any) -> QuerySet[Any]:
        """Return the rows that the search and `filterset` find; filters that make no sense are left out."""
        queryset = filterset.qs if filterset is not None else self.rows()
        if not self.typed:
            return queryset
        return matching(queryset, self.typed, *(self.search if isinstance(self.search, tuple) else ()))

    @cached_property
    def near(self) -> list[Any]:
        """Where nothing is written like what was typed: the few records that are written almost like it."""
        if self.search is not True or not self.typed or self.count.number:
            return []
        everything = self.filterset.qs if self.filterset is not None else self.rows()
        return list(nearest(everything, self.typed)[:MOST_NEAR])

    @cached_property
    def sorted_by(self) -> tuple[Column | None, bool]:
        """The column the list is sorted by, and whether downwards. What is not on offer means the default."""
        sortable = {column.key: column for column in self.columns if column.sorts_by}
        for wish in (self.state.get(SORT, ""), self.default_sort):
            if wish.removeprefix("-") in sortable:
                return sortable[wish.removeprefix("-")], wish.startswith("-")
        return None, False

    @property
    def order(self) -> list[str]:
        """The order in terms of the database; it ends in the primary key, so that no row is on two pages."""
        column, downwards = self.sorted_by
        fields = [*(column.sorts_by if column else self.queryset.query.order_by), "pk"]
        return [turned(name) for name in fields] if downwards else fields

    @property
    def ordered(self) -> QuerySet[Any]:
        """The rows found, in order."""
        return self.found.order_by(*self.order)

    # One page of it --------------------------------------------------------------------------------------------------

    @cached_property
    def count(self) -> Count:
        """How many rows were found."""
        return count(self.found)

    @cached_property
    def page(self) -> int:
        """The number of the page: what the address says if it is a page of this list, else the nearest."""
        wish = self.state.get(PAGE, "")
        number = int(wish) if wish.isdecimal() and len(wish) < 8 else 1
        number = min(max(number, 1), LAST_PAGE)
        return number if self.count.estimated else min(number, self.pages)

    @property
    def pages(self) -> int:
        """How many pages there are, as far as is known."""
        return max(-(-self.count.number // self.page_size), 1)

    @cached_property
    def keys(self) -> list[Any]:
        """The keys of the rows of this page, and of one more if there is a next page.

        Finding the keys first lets the database walk an index to a deep page without reading the rows before it.
        """
        start = (self.page - 1) * self.page_size
        keys = self.ordered.values_list("pk", flat=True)
        found = list(keys[start : start + self.page_size + 1])
        if not found and self.page > 1:
            # Past the end of a list whose length was only estimated: show its true last page.
            self.count = Count(self.found.order_by().count())
            self.page = self.pages
            start = (self.page - 1) * self.page_size
            found = list(keys[start : start + self.page_size + 1])
        return found

    @cached_property
    def records(self) -> list[Any]:
        """The records of this page with all that their cells need."""
        keys = self.keys[: self.page_size]
        by_key = {record.pk: record for record in self.queryset.all().filter(pk__in=keys)}
        return [by_key[key] for key in keys if key in by_key]

    # What the page shows ---------------------------------------------------------------------------------------------

    def on(self, medium: str) -> list[Column]:
        """Return the columns for "screen" or "export". Those only for files cannot be chosen, and are in every file."""
        chosen = self.chosen_columns
        return [column for column in self.columns if column.only == medium or (not column.only and column in chosen)]

    @cached_property
    def chosen_columns(self) -> list[Column]:
        """The columns the address asks for, the row's name always among them; all if it asks for none that exist."""
        offered = [column for column in self.columns if not column.only]
        asked = set(self.state.getlist(COLUMNS)) & {column.key for column in offered}
        return [column for column in offered if column.link or column.key in asked or not asked]

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """The columns that can be left out, each with whether it is shown."""
        offered = [column for column in self.columns if not column.only and not column.link]
        return [(column, column in self.chosen_columns) for column in offered]

    def row(self, record: Any) -> Row:
        """Return the cells of a record."""
        url = record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
        return Row(record, url, str(record), [self.cell(column, record) for column in self.on("screen")])

    def cell(self, column: Column, record: Any) -> Cell:
        """Return one cell, drawn by its template if it has one."""
        value = column.of(record)
        if not column.template:
            return Cell(column, value)
        context = {"row": record, "value": value, "user": self.user, "listing": self}
        # A cell that says nothing stays empty: the stylesheet leaves it out on a phone.
        drawn = SafeString(get_template(column.template).render(context).strip())
        return Cell(column, value, drawn)

    @property
    def known(self) -> list[str]:
        """The names in the address that narrow this list: the search, and the filters that have a value."""
        return ([SEARCH] if self.typed else []) + [one for names in self.active.values() for one in names]

    @cached_property
    def active(self) -> dict[str, list[str]]:
        """The filters that have a value that makes sense, each with the names of its controls in the address."""
        if self.filterset is None:
            return {}
        form, found = self.filterset.form, {}
        form.is_valid()
        for name, control in form.fields.items():
            names = keys(control.widget, name)
            if form.cleaned_data.get(name) not in (None, "", [], ()) and any(map(self.state.get, names)):
                found[name] = names
        return found

    def query_of(self, without: Iterable[str] = (), **changes: Any) -> str:
        """Return the state of this list for an address, with `changes` made to it and without some names."""
        state = QueryDict(mutable=True)
        for name in (*self.known, SORT):
            values = [value for value in self.state.getlist(name) if value]
            if values and name not in without:
                state.setlist(name, values)
        if len(self.chosen_columns) < sum(1 for column in self.columns if not column.only):
            state.setlist(COLUMNS, [column.key for column in self.chosen_columns])
        for name, value in changes.items():
            state[name] = value
        return state.urlencode()

    def link(self, without: Iterable[str] = (), **changes: Any) -> str:
        """Return the address of this list with `changes` made to its state and the names in `without` left out."""
        query = self.query_of(without, **changes)
        return f"{self.request.path}?{query}" if query else self.everything_url

    # Views of it -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What the list is called in `reverse`; empty for one that stands under a record, which has no views."""
        match = self.request.resolver_match
        return match.view_name if match is not None and not match.kwargs else ""

    @cached_property
    def kept_views(self) -> list[saved_views.SavedView]:
        """The views that people keep of this list and that the reader sees."""
        return saved_views.kept(self.user, self.name) if self.name else []

    @property
    def default_view(self) -> saved_views.SavedView | None:
        """The view with which the reader wants to open this list."""
        return next((view for view in self.kept_views if view.is_default), None)

    @property
    def everything_url(self) -> str:
        """The address of the whole list, also for those who open it with a view of their own."""
        if self.default_view is None:
            return self.request.path
        return f"{self.request.path}?{saved_views.VIEW}={saved_views.EVERYTHING}"

    @cached_property
    def tabs(self) -> list[saved_views.Tab]:
        """The whole list, the views the office offers, those people keep. The one that is open is current."""
        now, path = saved_views.state_of(self.query_of()), self.request.path
        offered = [
            saved_views.SavedView(title, urlencode(state)).tab(path, now) for title, state in self.views if state
        ]
        counted = [replace(tab, number=n.shown) for tab, n in zip(offered, self.view_counts, strict=True)]
        tabs = [*counted, *(view.tab(path, now) for view in self.kept_views)]
        whole = next((title for title, state in self.views if not state), _("All"))
        unnamed = not self.chips and not any(tab.current for tab in tabs)
        return [saved_views.Tab(whole, self.everything_url, unnamed), *tabs]

    @property
    def view_counts(self) -> list[Count]:
        """How many rows each view has that the office offers, in one statement."""
        states = [QueryDict(urlencode(state)) for _title, state in self.views if state]
        mine = self.queryset.all().visible_to(self.user)
        filtered = [self.filters(data=state, queryset=mine, request=self.request).qs for state in states]
        return list(capped(dict(enumerate(filtered)), MOST_ON_TABS).values())

    @property
    def save_view_url(self) -> str:
        """Where the list as it stands is saved as a view; empty if it is one already, or everything."""
        now, url = self.query_of(), saved_views.save_url()
        if not (now and url and self.name) or any(tab.current for tab in self.tabs[1:]):
            return ""
        return f"{url}?{urlencode({'list': self.name, 'state': now})}"

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters in use."""
        chips = []
        for name, names in self.active.items():
            control = self.filterset.form.fields[name]
            values = [value for one in names for value in self.state.getlist(one) if value]
            given = self.filterset.form.cleaned_data[name]
            words = days_in_words(given) if isinstance(control, DateRangeField) else in_words(control, values)
            chips.append(Chip(control.label or name, words, self.link(names)))
        if self.typed:
            chips.append(Chip(_("Search"), f"“{self.typed}”", self.link([SEARCH])))
        return chips

    @property
    def filter_fields(self) -> list[tuple[Any, int]]:
        """The controls of the usual filters, each with how many values are chosen."""
        return [(bound, chosen) for bound, chosen in self.all_filter_fields if self.is_usual(bound.name)]

    @property
    def rare_fields(self) -> list[tuple[Any, int]]:
        """The same of those that are folded away."""
        return [(bound, chosen) for bound, chosen in self.all_filter_fields if not self.is_usual(bound.name)]

    @property
    def rare_in_force(self) -> bool:
        """Whether one of those folded away narrows the list; then they are shown."""
        return not all(map(self.is_usual, self.active))

    def is_usual(self, name: str) -> bool:
        """Whether a filter stands beside the search."""
        return not self.usual_filters or name in self.usual_filters

    @cached_property
    def all_filter_fields(self) -> list[tuple[Any, int]]:
        """The controls of the filters, each with how many values are chosen."""
        if self.filterset is None:
            return []
        chosen = []
        for bound in self.filterset.form:
            names = keys(bound.field.widget, bound.name)
            chosen.append((bound, sum(1 for one in names for value in self.state.getlist(one) if value)))
        return chosen

    @property
    def headings(self) -> list[Heading]:
        """The heads of the columns, with the links that sort by them."""
        current, downwards = self.sorted_by
        heads = []
        for column in self.on("screen"):
            if not column.sorts_by:
                heads.append(Heading(column))
            elif column is current:
                wish = column.key if downwards else f"-{column.key}"
                heads.append(Heading(column, "descending" if downwards else "ascending", self.link(sort=wish)))
            else:
                heads.append(Heading(column, "", self.link(sort=column.key)))
        return heads

    @property
    def page_links(self) -> list[tuple[int, str]]:
        """The numbers of the pages near this one with their addresses; 0 stands for a gap."""
        last = self.page + (len(self.keys) > self.page_size) if self.count.estimated else self.pages
        near = sorted({1, *range(max(self.page - 2, 1), min(self.page + 2, last) + 1), last})
        links: list[tuple[int, str]] = []
        for number in near:
            if links and number > links[-1][0] + 1:
                links.append((0, ""))
            links.append((number, self.link(page=number)))
        return links if last > 1 else []

    @property
    def previous_url(self) -> str:
        """The address of the page before."""
        return self.link(page=self.page - 1)

    @property
    def next_url(self) -> str:
        """The address of the next page; empty on the last one."""
        return self.link(page=self.page + 1) if len(self.keys) > self.page_size else ""

    @property
    def export_links(self) -> list[tuple[str, str]]:
        """The kinds of file on offer with their addresses."""
        return [(wish.upper(), self.link(format=wish)) for wish in self.formats]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The state of the filters, for an action on everything found."""
        return [(name, value) for name in self.known for value in self.state.getlist(name) if value]

    @property
    def range(self) -> tuple[int, int]:
        """The numbers of the first and the last row of this page."""
        start = (self.page - 1) * self.page_size
        return start + 1, start + len(self.records)

    def best_removal(self) -> tuple[Chip, Count] | None:
        """Say which one filter to remove from a list that finds nothing, and how much would then be found."""
        best = None
        for chip in self.chips[:6]:
            without = type(self)(self.request, **self.kwargs)
            without.state = QueryDict(chip.url.partition("?")[2])
            number = count(without.found, 100)
            if number.number and (best is None or number.number > best[1].number):
                best = chip, number
        return best

    def count_words(self) -> str:
        """Return “46 people”."""
        return self.noun % {"n": self.count.number, "shown": self.count.shown}

    def region(self) -> dict[str, Any]:
        """Return what parts/listing.html needs."""
        rows = [self.row(record) for record in self.records]
        return {
            "listing": self,
            "rows": rows,
            "removal": self.best_removal() if not rows and self.chips else None,
            "bulk": [action for action in self.actions if action.is_open_to(self.user)] if rows else [],
            "path": self.request.path,
        }

    def context(self) -> Mapping[str, Any]:
        """Return what the page around the list needs besides. Override to add to it."""
        return {}

    def respond(self) -> HttpResponseBase:
        """Answer with the page, with the list alone for htmx, or with the export."""
        wish = self.state.get(FORMAT, "")
        if wish in self.formats:
            return self.export(wish)
        if not self.state and self.default_view is not None:
            return redirect(f"{self.request.path}?{self.default_view.query}")
        region = self.region()
        if self.request.headers.get("HX-Target") == "listing":
            response = render(self.request, "parts/listing_anew.html", region)
            response.headers["HX-Push-Url"] = self.link()  # without the empty fields of the form
            return response
        page = {
            "title": self.title,
            "lede": self.lede,
            "base": self.base,
            "buttons": [button for button in self.buttons if button.is_open_to(self.user)],
            **region,
            **self.context(),
        }
        return render(self.request, self.template, page)

    def export(self, wish: str) -> HttpResponseBase:
        """Answer with every row found, as a file."""
        columns = self.on("export")
        head = [str(column.title) for column in columns]
        rows = self.ordered.iterator(chunk_size=2000)
        body = ([column.exported(row) for column in columns] for row in rows)
        return export.respond(wish, str(self.title), head, body)


def numbers(keys: Iterable[str]) -> list[int]:
    """Return the keys that can be those of rows."""
    return [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 19]


def turned(name: str) -> str:
    """Return the opposite order."""
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"
