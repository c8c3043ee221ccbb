"""The page on which a supervision order is written."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.models import Case
from cases.views.late import typed_in_form
from cases.workflow import Officer
from cases.workflow.chased import chased_today
from minshi.clock import now, today
from minshi.errors import CONFLICT, UNPROCESSABLE, KeyReused, RuleBroken
from supervision.forms import OrderForm
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import LIVE
from supervision.orders import (
    addressees_of,
    chasing_post,
    latest_reply_on,
    orders_seen_by,
    raise_order,
    redactor_of,
    signers_asked,
    signs,
    standard_demand,
    why_not_ordered,
    why_unsigned,
)
from supervision.views.order_access import OrderView
from villages.models import Post
from villages.requests import whole_number


class NewOrder(OrderView):
    """督办 by one click: a form that is filled in and says whom the order goes to.

    Whoever may sign an order sends it at once.
    """

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        if words := self.why_not(number):
            messages.warning(request, words)
            return redirect(self.case(number))

        case, post = self.case_to_chase(number)
        reply_on = latest_reply_on(case, now())

        reason = _("Asked for by the supervisor")
        if case.due_at and case.due_at <= now():
            reason = _("Overdue")

        initial = {
            "reason": reason,
            "demand": standard_demand(),
            "reply_on": reply_on,
            "key": uuid4(),
        }
        if order := self._given_back(case):
            redact = redactor_of(order, self.sight())
            initial |= {
                "reason": redact(order.reason, post=order.raised_by_id),
                "demand": redact(order.demand, post=order.demanded_by_id),
            }
        return self.show(case, post, OrderForm(initial=initial))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        if words := self.why_not(number):
            return self._answer_late(number, words)

        case, post = self.case_to_chase(number)
        form = OrderForm(request.POST)
        if not form.is_valid():
            return self._show_refused(case, post, form)

        officer = Officer(self.user, post)
        try:
            order = raise_order(case, by=officer, at=now(), **form.cleaned_data)
        except RuleBroken as refusal:
            if isinstance(refusal, KeyReused):
                form = OrderForm({**request.POST.dict(), "key": uuid4()})
                form.is_valid()
            form.refuse(refusal)
            return self._show_refused(case, post, form)

        if order.state == OrderState.TO_SIGN:
            self._say_whom_it_waits_for(case, post)
        return redirect(order)

    def _show_refused(self, case: Case, post: Post, form: OrderForm) -> HttpResponse:
        """Show a form again with what is wrong; where another order is under way by
        now, there is no form, and what was typed is shown to be copied.
        """
        if alive := _under_way(case):
            words = _("An order for it is under way: %(state)s.")
            words %= {"state": alive.get_state_display()}
            return self._answer_late(case.number, words)
        return self.show(case, post, form, UNPROCESSABLE)

    def _given_back(self, case: Case) -> SupervisionOrder | None:
        """Return the order that is to be written anew, if this user wrote it."""
        key = whole_number(self.request.GET.get("anew", ""))
        seen = orders_seen_by(self.user, today())
        own = seen.filter(case=case, raised_by__user=self.user)
        return own.filter(pk=key or 0, state=OrderState.CANCELLED).first()

    def _why_given_back(self, case: Case) -> str:
        """Return why the order that is written anew was given back; "": none is."""
        order = self._given_back(case)
        if order is None:
            return ""
        redact = redactor_of(order, self.sight())
        return redact(order.cancel_reason, post=order.cancelled_by_id)

    def _answer_late(self, number: str, why: str) -> HttpResponse:
        """Answer an order for a matter that was closed, came to the writer, or got an
        order of another, while they wrote it: with the reason, and what was typed, to
        be copied.
        """
        case = self.case(number)
        unchanged = {"reason": _("Overdue"), "demand": standard_demand()}
        context = {
            "nav": "supervision",
            "at": now(),
            "case": case,
            "sight": self.sight(),
            "action": _("New supervision order"),
            "why": why,
            "typed": typed_in_form(OrderForm(self.request.POST, initial=unchanged)),
        }
        template = "cases/act_late.html"
        return render(self.request, template, context, status=CONFLICT)

    def _say_whom_it_waits_for(self, case: Case, post: Post) -> None:
        signers = signers_asked(case, today(), writer=post)
        words = _(
            "Written. Nobody here may sign orders yet; ask the account administrator."
        )
        if signers:
            words = _("Handed to %(names)s to be signed. It goes out once signed.") % {
                "names": "、".join(str(signer.user) for signer in signers)
            }
        messages.success(self.request, words)

    def why_not(self, number: str) -> str:
        """Return why no order is written for a matter that this user would chase; "":
        nothing is against it, or it is not theirs to chase.
        """
        return why_not_ordered(self.case(number), self.user, now())

    def case_to_chase(self, number: str) -> tuple[Case, Post]:
        """Return the case, and the user's post from which it is chased.

        Http404: it is not to be chased by this user.
        """
        case = self.case(number)
        post = chasing_post(case, self.user, now())
        if post is None:
            raise Http404
        return case, post

    def show(
        self, case: Case, post: Post, form: OrderForm, status: int = 200
    ) -> HttpResponse:
        at = now()
        may_sign = signs(case, post, today(), writer=post)
        signers = [] if may_sign else signers_asked(case, today(), writer=post)
        why = "" if may_sign or signers else why_unsigned(case, today(), writer=post)

        context = {
            "nav": "supervision",
            "at": at,
            "case": case,
            "form": form,
            "sight": self.sight(),
            "goes_to": addressees_of([case], today())[case.pk],
            "signers": signers,
            "may_sign": may_sign,
            "why_unsigned": why,
            "why_given_back": self._why_given_back(case),
            "before": chased_today([case], at).get(case.pk),
            "alive": _under_way(case),
        }
        return render(
            self.request, "supervision/new_order.html", context, status=status
        )


def _under_way(case: Case) -> SupervisionOrder | None:
    """Return the order for a matter that is not over yet, if there is one."""
    return SupervisionOrder.objects.filter(case=case, state__in=LIVE).first()
