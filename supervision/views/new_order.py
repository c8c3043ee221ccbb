"""The page on which a supervision order is written."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Stage
from cases.workflow import Officer
from cases.workflow.chased import chased_today
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, KeyReused, RuleBroken
from supervision.forms import OrderForm
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import LIVE
from supervision.orders import (
    addressees_of,
    chasing_post,
    latest_reply_on,
    raise_order,
    signers_asked,
    signs,
    standard_demand,
    why_unsigned,
)
from supervision.views.orders import OrderView
from villages.models import Post


class NewOrder(OrderView):
    """督办 by one click: a form that is filled in and says whom the order goes to.

    Whoever may sign an order sends it at once.
    """

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
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
        return self.show(case, post, OrderForm(initial=initial))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case, post = self.case_to_chase(number)
        form = OrderForm(request.POST)
        if not form.is_valid():
            return self.show(case, post, form, UNPROCESSABLE)

        officer = Officer(self.user, post)
        try:
            order = raise_order(case, by=officer, at=now(), **form.cleaned_data)
        except RuleBroken as refusal:
            if isinstance(refusal, KeyReused):
                form = OrderForm({**request.POST.dict(), "key": uuid4()})
                form.is_valid()
            form.refuse(refusal)
            return self.show(case, post, form, UNPROCESSABLE)

        if order.state == OrderState.TO_SIGN:
            self._say_whom_it_waits_for(case, post)
        return redirect(order)

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

    def case_to_chase(self, number: str) -> tuple[Case, Post]:
        """Return the case, and the user's post from which it is chased.

        Http404: it is closed, or not to be chased by this user.
        """
        case = self.case(number)
        post = chasing_post(case, self.user, now())
        if case.stage == Stage.CLOSED or post is None:
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
            "before": chased_today([case], at).get(case.pk),
            "alive": SupervisionOrder.objects.filter(case=case, state__in=LIVE).first(),
        }
        return render(
            self.request, "supervision/new_order.html", context, status=status
        )
