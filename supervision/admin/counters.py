"""Counters of the software and the runs of its jobs, to look at."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from supervision.models import EventFailure, EventSeen, JobRun, OrderCounter, Watermark
from villages.admin.rights import OffTheIndex, PostAdmin
from villages.rights import CONFIGURE


class CounterAdmin(PostAdmin):
    """Rows by which the software counts; nothing of a case stands in them."""

    readers = CONFIGURE

    def has_delete_permission(
        self, _request: HttpRequest, _obj: Model | None = None
    ) -> bool:
        return False


class HiddenCounterAdmin(OffTheIndex, CounterAdmin):
    pass


admin.site.register(JobRun, CounterAdmin)
admin.site.register(EventFailure, CounterAdmin)
admin.site.register(OrderCounter, HiddenCounterAdmin)
admin.site.register(EventSeen, HiddenCounterAdmin)
admin.site.register(Watermark, HiddenCounterAdmin)
