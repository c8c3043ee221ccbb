"""One supervision order, with the acts open to the reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.deadlines import calendar_of
from cases.ledgers.exports import may_export
from cases.lists.hearers import Hearers
from cases.models.choices import Light, Stage
from cases.privacy.redactor import Redactor
from cases.views.late import typed_in_form
from cases.workflow import Officer
from minshi.clock import now, today
from minshi.errors import CONFLICT, UNPROCESSABLE, RuleBroken
from supervision.forms import (
    CancelForm,
    CheckForm,
    ReplyForm,
    SignForm,
    TalkForm,
)
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import UNSENT
from supervision.orders import (
    act_on,
    acts_open_to,
    addressees_of,
    chasing_post,
    is_apart,
    is_redacted,
    matter_of,
    redactor_of,
    signers_asked,
    suggested_reply_on,
    why_not_to_send,
)
from supervision.orders.paper import contact_of
from supervision.views.order_access import OrderView
from supervision.views.order_addressee import (
    address_of_matter,
    addressee_of,
    is_theirs_now,
    went_on_to,
)
from supervision.views.order_history import history_of
from supervision.views.order_late import LateAct, as_it_stands
from supervision.views.order_words import ActWords, state_of, words_of_act
from villages.forms.accounts import RuleForm
from villages.requests import whole_number

FORMS: dict[str, type[RuleForm]] = {
    "sign": SignForm,
    "cancel": CancelForm,
    "reply": ReplyForm,
    "check": CheckForm,
    "talk": TalkForm,
}


COLOURS = {
    OrderState.CLOSED: Light.GREEN,
    OrderState.CANCELLED: Light.GREY,
    OrderState.ENDED: Light.GREY,
}


@dataclass(frozen=True)
class OfferedAct:
    """An act open to the reader now, and its form."""

    name: str
    words: ActWords
    form: RuleForm


def order_lamp(order: SupervisionOrder, at: datetime) -> tuple[str, str]:
    """Return the colour and the words of an order's lamp."""
    if order.is_late(at):
        return Light.RED, _("answer overdue")

    state = OrderState(order.state)
    return COLOURS.get(state, Light.YELLOW), state_of(order)


class OrderDetail(OrderView):
    """The page of an order."""

    def show(
        self,
        order: SupervisionOrder,
        filled: dict[str, RuleForm] | None = None,
        status: int = 200,
        late: LateAct | None = None,
    ) -> HttpResponse:
        """Answer with the page; `filled` are forms shown as sent, by act."""
        at = now()
        sight = self.sight()
        acts = acts_open_to(order, self.user, at)

        redact = redactor_of(order, sight)
        forms = self._empty_forms(order, acts, at, redact)
        for act, form in (filled or {}).items():
            if act in acts:
                forms[act] = form

        over = why_not_to_send(order, at) if order.state in UNSENT else ""
        is_to_sign = order.state == OrderState.TO_SIGN and not over
        awaits_signer = is_to_sign and "sign" not in acts
        signers = []
        if awaits_signer:
            signers = signers_asked(order.case, today(), writer=order.raised_by)

        history = history_of(order, redact, sight)
        colour, state = order_lamp(order, at)
        given_back = ""
        if order.is_given_back and "reply" in acts:
            given_back = redact(order.finding, post=order.checked_by_id)
        context = {
            "at": at,
            "nav": "supervision",
            "order": order,
            "matter": matter_of(order, sight),
            "address": address_of_matter(order),
            "addressee": addressee_of(order),
            "answers_now": went_on_to(order) if order.state == OrderState.SENT else "",
            "answers_next": went_on_to(order),
            "is_theirs_now": "reply" in acts and is_theirs_now(order, sight),
            "is_apart": is_apart(order),
            "colour": colour,
            "state": state,
            "demand": redact(order.demand, post=order.demanded_by_id),
            "reason": redact(order.reason, post=order.raised_by_id),
            "is_due_on_day_off": self._is_due_on_day_off(order),
            "over": over,
            "awaits_signer": awaits_signer,
            "signers": signers,
            "contact": contact_of(order),
            "acts": [
                OfferedAct(name, words_of_act(name, order, acts), form)
                for name, form in forms.items()
            ],
            "grace": settings.ORDER_GRACE_SECONDS,
            "goes_to": self._goes_to(order) if "sign" in acts else None,
            "given_back": given_back,
            "history": history,
            "late": late,
            "missed": late.missed(history) if late else [],
            "may_print": self._may_print(order),
            "may_write_anew": self._may_write_anew(order, at),
        }
        return render(self.request, "supervision/order.html", context, status=status)

    def _is_due_on_day_off(self, order: SupervisionOrder) -> bool:
        """Tell whether the answer to an order that can still be changed is due on a day
        on which nobody works.
        """
        if order.state not in UNSENT:
            return False
        calendar = calendar_of(order.case.town_id, order.reply_on)
        return not calendar.is_working_day(order.reply_on)

    def _may_print(self, order: SupervisionOrder) -> bool:
        if is_redacted(order) or is_apart(order) or not order.number:
            return False
        return may_export(self.user, today())

    def _may_write_anew(self, order: SupervisionOrder, at: datetime) -> bool:
        """Tell whether the user wrote an order that was given back, and may still chase
        its matter.
        """
        writer = order.raised_by
        is_own = writer is not None and writer.user_id == self.user.pk
        if not is_own or order.state != OrderState.CANCELLED:
            return False
        if not address_of_matter(order) or order.case.stage == Stage.CLOSED:
            return False
        return chasing_post(order.case, self.user, at) is not None

    def _goes_to(self, order: SupervisionOrder) -> Hearers:
        if is_redacted(order):
            return Hearers(addressee_of(order), ())
        return addressees_of([order.case], today())[order.case_id]

    def _form(
        self, order: SupervisionOrder, act: str, *args: Any, **kw: Any
    ) -> RuleForm:
        """Return the form of an act. Whoever may not read the matter signs the order
        as it is written.
        """
        form = FORMS[act](*args, **kw)
        if act == "sign" and is_redacted(order):
            del form.fields["demand"]
        return form

    def _empty_forms(
        self,
        order: SupervisionOrder,
        acts: Iterable[str],
        at: datetime,
        redact: Redactor,
    ) -> dict[str, RuleForm]:
        initial = {
            "sign": {
                "demand": redact(order.demand, post=order.demanded_by_id),
                "reply_on": suggested_reply_on(order, at),
            },
            "talk": {"held_on": today()},
        }
        return {act: self._form(order, act, initial=initial.get(act)) for act in acts}


class OrderPage(OrderDetail):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(self.order(pk))


class OrderAct(OrderDetail):
    def get(self, _request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Lead back to the order after a login in between."""
        return redirect(self.order(pk))

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        order = self.order(pk)
        if act not in FORMS:
            raise Http404

        by = self._officer_for(order, act)
        form = self._form(order, act, request.POST)
        if by is None:
            return self._answer_late(order, act)

        if not form.is_valid():
            return self.show(order, {act: form}, UNPROCESSABLE)
        try:
            values = form.cleaned_data | {"seen": self._state_seen()}
            order = act_on(order, act, values, by=by, at=now())
        except RuleBroken as refusal:
            # as it stands now: somebody may have acted on it meanwhile
            order = self.order(pk)
            if self._officer_for(order, act) is None:
                return self._answer_late(order, act)
            form.refuse(refusal)
            return self.show(order, {act: form}, UNPROCESSABLE)

        return redirect(order)

    def _officer_for(self, order: SupervisionOrder, act: str) -> Officer | None:
        """Return the officer as whom the user may act; None: not any more.

        To give an order back unsigned is another act than to take a signed one back.
        """
        is_another = act == "cancel" and self._state_seen() not in ("", order.state)
        if is_another:
            return None
        return acts_open_to(order, self.user, now()).get(act)

    def _signs(self) -> bool:
        return any(post.may_sign for post in self.user.posts_on(today()))

    def _state_seen(self) -> str:
        """Return the state that the order was in as its page was drawn."""
        return self.request.POST.get("state", "")

    def _answer_late(self, order: SupervisionOrder, act: str) -> HttpResponse:
        """Answer an act that is not open any more: with the order as it stands, and
        what was typed that stands nowhere, to be copied.
        """
        sent = self.request.POST
        redact = redactor_of(order, self.sight())
        stands = as_it_stands(order, act, redact)
        typed = typed_in_form(self._form(order, act, sent, initial=stands))
        if not typed:
            text = _("This is not open to you now; here is how the order stands.")
            messages.warning(self.request, text)
            return redirect(order)

        acts = [act]
        if self._state_seen() == OrderState.TO_SIGN and self._signs():
            acts.append("sign")
        button = words_of_act(act, order, acts).button
        late = LateAct(button, typed, whole_number(sent.get("seen", "")))
        return self.show(order, status=CONFLICT, late=late)
