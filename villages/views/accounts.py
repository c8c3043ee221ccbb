"""Accounts and posts, for the security administrator alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken, Text
from villages import accounts, appointing
from villages.forms.accounts import (
    AccountForm,
    EndPostForm,
    PhoneForm,
    PlaceForm,
    PostForm,
    SearchForm,
)
from villages.models import Post, Role, User
from villages.places import place_of
from villages.requests import StaffRequest
from villages.tries import WrongTries, time_of, wrong_tries_at, wrong_tries_of
from villages.views.rights import SecurityAdminPage

PAGE = 50

# The act of each button, and the words shown after it.
ACTS: Mapping[str, tuple[Callable[..., None], Any]] = {
    "deactivate": (accounts.deactivate, _("The account is shut.")),
    "reactivate": (accounts.reactivate, _("The account is open again.")),
    "unlock": (
        accounts.unlock,
        _("Failed logins are forgotten; the account can log in at once."),
    ),
    "remove_second_factor": (
        accounts.remove_second_factor,
        _("The account logs in by password alone now."),
    ),
}


def _acting(request: StaffRequest) -> dict[str, Any]:
    """Return the arguments of an act: its author, its moment and the request."""
    return {"by": request.user, "at": now(), "request": request}


def with_posts(users: QuerySet[User]) -> QuerySet[User]:
    posts = Post.objects.with_places().in_order()
    return users.prefetch_related(Prefetch("posts", posts))


@dataclass(frozen=True)
class AccountRow:
    """An account of the list with its posts, those that are over left out, and whether
    somebody can log in with it.
    """

    user: User
    posts: list[Post]
    state: Text

    @classmethod
    def of(cls, user: User, on: date, tries: WrongTries) -> "AccountRow":
        posts = [
            post
            for post in user.posts.all()
            if post.until_on is None or post.until_on >= on
        ]
        return cls(user, posts, _state_of(user, tries))


def _state_of(user: User, tries: WrongTries) -> Text:
    """Say whether an account is open, locked for a while, or shut."""
    if not user.is_active:
        return pgettext("account", "shut")
    if tries.shut_until:
        words = pgettext("account", "locked until %(time)s")
        return words % {"time": time_of(tries.shut_until)}
    return pgettext("account", "open")


class AccountList(SecurityAdminPage):
    def get(self, request: StaffRequest) -> HttpResponse:
        form = SearchForm(request.GET)
        text = form.cleaned_data["q"].strip() if form.is_valid() else ""
        after = request.GET.get("after", "")

        users = User.objects.filter(username__gt=after).order_by("username")
        if text:
            users = users.filter(accounts.accounts_like(text))

        found = list(with_posts(users)[: PAGE + 1])
        has_more = len(found) > PAGE
        shown = found[:PAGE]
        tries = wrong_tries_of((user.username for user in shown), now())
        context = {
            "form": form,
            "text": text,
            "rows": [
                AccountRow.of(user, today(), tries[user.username]) for user in shown
            ],
            "after": shown[-1].username if has_more else "",
        }
        return render(request, "villages/account_list.html", context)


class AccountCreate(SecurityAdminPage):
    def get(self, request: StaffRequest) -> HttpResponse:
        return self._show(request, AccountForm())

    def post(self, request: StaffRequest) -> HttpResponse:
        form = AccountForm(request.POST)

        if form.is_valid():
            try:
                user, password = accounts.create_account(
                    **form.cleaned_data, **_acting(request)
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                return show_once(request, user, password)

        return self._show(request, form, UNPROCESSABLE)

    def _show(
        self, request: StaffRequest, form: AccountForm, status: int = 200
    ) -> HttpResponse:
        template = "villages/account_create.html"
        return render(request, template, {"form": form}, status=status)


class AccountDetail(SecurityAdminPage):
    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(with_posts(User.objects.all()), pk=pk)
        return show_account(request, user)


class AccountAct(SecurityAdminPage):
    """One button of the account page."""

    def post(self, request: StaffRequest, pk: int, act: str) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)

        try:
            if act == "reset_password":
                seen = request.POST.get("seen", "")
                password = accounts.reset_password(user, seen=seen, **_acting(request))
                return show_once(request, user, password)
            if act not in ACTS:
                raise Http404
            run, words = ACTS[act]
            run(user, **_acting(request))
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, words)

        return redirect("villages:account", pk)


class AccountPhone(SecurityAdminPage):
    """The telephone of somebody else's account: shown masked, written anew."""

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return self._show(request, get_object_or_404(User, pk=pk), PhoneForm())

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        form = PhoneForm(request.POST)

        if form.is_valid():
            try:
                accounts.set_phone(user, **form.cleaned_data, **_acting(request))
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("The phone is noted."))
                return redirect("villages:account", pk)

        return self._show(request, user, form, UNPROCESSABLE)

    def _show(
        self, request: StaffRequest, user: User, form: PhoneForm, status: int = 200
    ) -> HttpResponse:
        context = {"account": user, "form": form}
        return render(request, "villages/account_phone.html", context, status=status)


class Appoint(SecurityAdminPage):
    """Two steps without a script: role and part of the place's name, then the places
    found and the dates.
    """

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        search = PlaceForm(request.GET if "role" in request.GET else None)
        if not search.is_valid():
            return self._show(request, user, search, None)

        role = Role(search.cleaned_data["role"])
        form = PostForm(
            role=role,
            place=search.cleaned_data["place"],
            initial={"role": role, "from_on": today()},
        )
        return self._show(request, user, search, form)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        search = PlaceForm(
            {"role": request.POST.get("role"), "place": request.GET.get("place", "")}
        )
        if not search.is_valid():
            raise Http404
        role = Role(search.cleaned_data["role"])
        form = PostForm(request.POST, role=role, place=search.cleaned_data["place"])

        if form.is_valid():
            fields = form.cleaned_data | {"role": role}
            try:
                node = place_of(fields.pop("node")) if "node" in fields else None
                post = appointing.appoint(user, node=node, **fields, **_acting(request))
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                words = {"place": post.place_with_town, "role": post.get_role_display()}
                messages.success(request, _("Appointed: %(place)s %(role)s.") % words)
                return redirect("villages:account", pk)

        return self._show(request, user, search, form, UNPROCESSABLE)

    def _show(
        self,
        request: StaffRequest,
        user: User,
        search: PlaceForm,
        form: PostForm | None,
        status: int = 200,
    ) -> HttpResponse:
        context = {"account": user, "search": search, "form": form}
        return render(request, "villages/appoint.html", context, status=status)


class EndPost(SecurityAdminPage):
    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        form = EndPostForm(initial={"until_on": today()})
        return self._show(request, self._post(pk), form)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        post = self._post(pk)
        form = EndPostForm(request.POST)

        if form.is_valid():
            last_day = form.cleaned_data["until_on"]
            try:
                appointing.end_post(post, last_day, **_acting(request))
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                words = _(
                    "The post ends on that day. Within an hour after it, its open"
                    " cases go to whoever is next."
                )
                messages.success(request, words)
                return redirect("villages:account", post.user_id)

        return self._show(request, post, form, UNPROCESSABLE)

    def _post(self, pk: int) -> Post:
        return get_object_or_404(Post.objects.with_places(), pk=pk)

    def _show(
        self, request: StaffRequest, post: Post, form: EndPostForm, status: int = 200
    ) -> HttpResponse:
        context = {"post": post, "form": form}
        return render(request, "villages/end_post.html", context, status=status)


@dataclass(frozen=True)
class ActForm:
    """A button of the account page; one with a warning opens before it can be used."""

    name: str
    label: Text
    warning: Text = ""
    look: str = "btn-primary"


RESET_PASSWORD = ActForm(
    "reset_password",
    _("Give a new one-time password"),
    _("The old password stops working at once."),
)
REMOVE_SECOND_FACTOR = ActForm(
    "remove_second_factor",
    _("Remove the second factor"),
    _("From then on the password alone is enough to log in."),
)
DEACTIVATE = ActForm(
    "deactivate",
    _("Shut the account"),
    _("Nobody logs in with it any more, and whoever is logged in is put out."),
    look="btn-danger",
)
UNLOCK = ActForm("unlock", _("Unlock after failed logins"))
REACTIVATE = ActForm("reactivate", _("Open the account again"))


@dataclass(frozen=True)
class LoginState:
    """How an account logs in, and what is in the way of it, for whoever is asked on
    the telephone. Three queries at most.
    """

    has_second_factor: bool
    wrong_tries: int
    shut_until: str  # the time of day; "": it is not shut

    @classmethod
    def of(cls, user: User, at: datetime) -> "LoginState":
        tries = wrong_tries_at(user.username, at)
        until = tries.shut_until
        return cls(
            has_second_factor=is_mfa_enabled(user, [Authenticator.Type.TOTP]),
            wrong_tries=tries.failures,
            shut_until=time_of(until) if until else "",
        )


def show_account(request: StaffRequest, user: User) -> HttpResponse:
    is_own = user.pk == request.user.pk
    login = None if is_own else LoginState.of(user, now())

    careful = [RESET_PASSWORD]
    plain = []
    if login and login.has_second_factor:
        careful.append(REMOVE_SECOND_FACTOR)
    if login and login.wrong_tries:
        plain.append(UNLOCK)
    if user.is_active:
        careful.append(DEACTIVATE)
    else:
        plain.append(REACTIVATE)

    posts = []
    for post in user.posts.all():
        may_end = not is_own and not _is_ending(post, today())
        posts.append((post, may_end))

    context = {
        "account": user,
        "is_own": is_own,
        "login": login,
        "posts": posts,
        "careful_acts": careful,
        "seen": accounts.password_stamp(user),
        "plain_acts": plain,
    }
    return render(request, "villages/account_detail.html", context)


def _is_ending(post: Post, on: date) -> bool:
    """Tell whether the last day of a post has come, or is over."""
    return post.until_on is not None and post.until_on <= on


def show_once(request: StaffRequest, user: User, password: str) -> HttpResponse:
    """Answer with the one page that shows the one-time password, which is stored
    nowhere.
    """
    context = {"account": user, "password": password}
    return render(request, "villages/account_password.html", context)
