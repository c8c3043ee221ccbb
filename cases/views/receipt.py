"""回执: the receipt of a matter, printed for whoever spoke."""

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Confidentiality, Stage
from cases.models.scope import hides_speaker
from cases.privacy.disclosure import may_print_receipt, note_reading
from cases.speaking.promise import promise_to_speaker, promised_for
from cases.speaking.second_look import second_look_at
from cases.speaking.whereabouts import room_to_ring, town_to_ring
from cases.templatetags.days import is_past, on_paper
from cases.views.access import StaffView
from cases.views.hidden_words import RECEIPT, Card, card_for
from cases.workflow import read_facts
from cases.workflow.numbering import in_groups
from cases.workflow.pasted import naming_no_villager, naming_nobody
from minshi.clock import now
from minshi.text.clauses import whole_clauses


class Receipt(StaffView):
    """回执, 80 mm or A5: for its recorder while in that post, and for whoever may rate.

    The recorder prints it even where the case is hidden from them afterwards.
    """

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        posts = self.sight().reach.posts
        mine = Case.objects.filter(number=number, recorded_by__in=posts)
        with_row = mine.select_related(
            "town", "village__talk_room", "group", "recorded_by__user"
        )
        case = with_row.first()
        if case is None:
            case = self._printable(number)
        else:
            note_reading(case, by=self.user, at=now(), request=request)

        address = request.build_absolute_uri(tracking_address(case))
        qr = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2)

        may_open = self.visible().filter(pk=case.pk).exists()
        is_new = may_open and "print" in request.GET
        is_named = may_open and case.confidentiality == Confidentiality.NORMAL

        context = {
            "case": case,
            "may_open": may_open,
            # it may be lost on the road
            "matter": naming_nobody(case, whole_clauses(case.title))
            if is_named
            else "",
            "is_settled": case.was_settled,
            "answer": _answer_on_paper(case) if is_named else "",
            "qr": qr,
            "code": in_groups(case.tracking_code),
            "address": address,
            "promise": _promise_on_paper(case),
            "room": room_to_ring(case),
            "town_phone": town_to_ring(case),
            "scan": _what_to_scan_for(case),
            "nav": "intake",
            "card": self._card(case) if may_open else None,
            "second_look": second_look_at(case) if is_new else [],
        }
        return render(request, "cases/receipt.html", context)

    def _card(self, case: Case) -> Card | None:
        """Return the matter as others read it, the first time anybody may look."""
        if not hides_speaker(case):
            return None
        return card_for(self.user, read_facts(case, now()), back=RECEIPT)

    def _printable(self, number: str) -> Case:
        """Return the case of a reader who may rate it.

        Http404: out of sight, or the reader handled the case.
        """
        case = self.case(number)
        if not may_print_receipt(self.user, case, read_facts(case, now())):
            raise Http404
        return case


def _answer_on_paper(case: Case) -> str:
    """Return the answer that the villager got on the spot; "" where there was none."""
    return naming_no_villager(case, case.result) if case.was_settled else ""


def _what_to_scan_for(case: Case) -> str:
    """Return what the speaker finds behind the code, as the matter stands.

    After a merge the code leads to the other matter, which its first speaker alone
    rates; in one that few may know of, no answer stands there.
    """
    if case.merged_into:
        return _what_to_scan_for_merged(case)
    if not case.is_open:
        return _(
            "Scan to read the answer; if it is not settled after all, say so there:"
        )
    if case.stage == Stage.RATE:
        return _("Scan to read the answer and to rate:")
    return _("Scan to see how far it is, to hurry us and to rate:")


def _what_to_scan_for_merged(case: Case) -> str:
    """Return the same for a matter that goes on in another one, or on from there."""
    goes_on_in = case
    while goes_on_in.merged_into:
        goes_on_in = goes_on_in.merged_into

    if goes_on_in.is_open and goes_on_in.stage != Stage.RATE:
        return _("Scan to see how far it is, or to hurry us:")
    return _("Scan to see what came of it:")


def tracking_address(case: Case) -> str:
    return f"{reverse('cases:track', args=[case.number])}?k={case.tracking_code}"


def _promise_on_paper(case: Case) -> str:
    """Return the day promised and what it promises; "" where none is."""
    if case.reply_by is None:
        return ""
    return promise_to_speaker(
        promised_for(case), on_paper(case.reply_by), is_late=is_past(case.reply_by)
    )
