"""The baseline: people, organisations and contacts in Django's admin, as a careful Django shop would set it up.

The list of people has the columns, the search fields, the rows and the page size of ours, and fetches what its cells
need with `select_related` and `prefetch_related`.
"""

from django.contrib import admin
from django.db.models import Prefetch

from stakeholders.listings.person import PersonListing, main_post
from stakeholders.models import Interaction, Organisation, Participant, Person, PersonEmail, PersonName, Post


class Site(admin.AdminSite):
    """An admin in which every signed-in user may do everything: rights cost the baseline nothing."""

    def has_permission(self, request):
        return request.user.is_active


class Everything(admin.ModelAdmin):
    """Rights as of the site."""

    list_per_page = PersonListing.page_size

    def log_addition(self, request, obj, message):
        """Write no log: its table is not in our database. This favours the baseline."""

    def has_view_permission(self, request, obj=None):
        return True

    has_add_permission = has_change_permission = has_module_permission = has_view_permission
    has_delete_permission = has_view_permission


class Rows(admin.TabularInline):
    """Rows of a record on its page, keys as numbers: select boxes of 250,000 names would be no comparison."""

    extra = 0

    def has_view_permission(self, request, obj=None):
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class Posts(Rows):
    model = Post
    raw_id_fields = ("organisation", "person")


class Emails(Rows):
    model = PersonEmail


class Names(Rows):
    model = PersonName


class Contacts(Rows):
    """The contact log of a record."""

    model = Participant
    raw_id_fields = ("interaction", "person", "organisation")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("interaction", "person", "organisation")


class PersonAdmin(Everything):
    list_display = ("name", "organisation", "role", "in_domains", "last_substantive_on", "next_due_on", "owner")
    list_filter = ("is_key_user", "do_not_contact")
    list_select_related = ("owner",)
    search_fields = (
        *("name", "native_name", "code", "names__name", "emails__address"),
        *("posts__title", "posts__organisation__name", "posts__organisation__short_name"),
    )
    ordering = ("sort_name", "pk")
    raw_id_fields = ("owner",)
    inlines = (Posts, Emails, Names, Contacts)

    def get_queryset(self, request):
        posts = Post.objects.current().select_related("organisation").order_by("-is_primary", "pk")
        people = super().get_queryset(request).active()
        return people.prefetch_related("domains", Prefetch("posts", posts, to_attr="current_posts"))

    def organisation(self, person):
        return getattr(main_post(person), "organisation", None)

    def role(self, person):
        return getattr(main_post(person), "title", "")

    def in_domains(self, person):
        return ", ".join(str(domain) for domain in person.domains.all())


class OrganisationAdmin(Everything):
    list_display = ("name", "short_name", "kind")
    raw_id_fields = ("parent", "owner")
    inlines = (Contacts,)


class InteractionAdmin(Everything):
    fields = ("channel", "direction", "subject", "summary", "occurred_at")
    inlines = (Contacts,)

    def save_model(self, request, obj, form, change):
        obj.author = request.user
        super().save_model(request, obj, form, change)


site = Site()
site.register(Person, PersonAdmin)
site.register(Organisation, OrganisationAdmin)
site.register(Interaction, InteractionAdmin)
