"""What was typed in the step of an agenda item, while its writer takes another step
first (邀村) and comes back.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from cases.models import AgendaItem
from cases.workflow import Action
from minshi.crypto import decrypted, encrypted

TYPED = "typed_step"  # in the session, encrypted: it may name people

# the invitation changes the matter: the form to come has its own
NOT_TYPED = ("csrfmiddlewaretoken", "version", "key")


def go_and_invite(request: HttpRequest, item: AgendaItem, number: str) -> HttpResponse:
    """Store what was typed, and lead to the form that invites a village; from there one
    comes back to the item.
    """
    typed = request.POST.copy()
    for name in NOT_TYPED:
        typed.pop(name, None)
    request.session[TYPED] = {"item": item.pk, "typed": encrypted(typed.urlencode())}

    form = reverse("cases:act", args=[number, Action.JOIN])
    back = {"next": "item", "meeting": item.meeting_id, "item": item.pk}
    return redirect(f"{form}?{urlencode(back)}")


def take_typed_step(request: HttpRequest, item: AgendaItem) -> QueryDict | None:
    """Return what was typed in the step of this item, and store it no longer."""
    stored = request.session.get(TYPED)
    if stored is None or stored["item"] != item.pk:
        return None

    del request.session[TYPED]
    return QueryDict(decrypted(stored["typed"]))
