"""What every page about orders begins with: an order within sight."""

from django.shortcuts import get_object_or_404

from cases.views.access import StaffView
from minshi.clock import today
from supervision.models import SupervisionOrder
from supervision.orders import PEOPLE, orders_seen_by


class OrderView(StaffView):
    def order(self, pk: int) -> SupervisionOrder:
        """Return an order by its key. Http404: its case is out of sight."""
        seen = orders_seen_by(self.user, today())
        with_names = seen.select_related("to_office", "to_post__user", *PEOPLE)
        found: SupervisionOrder = get_object_or_404(with_names, pk=pk)
        return found
