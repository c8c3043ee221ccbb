"""Accounts and posts, for the security administrator alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from minshi.clock import now, today
from minshi.errors import RuleBroken, Text
from villages import accounts
from villages.forms.accounts import (
    AccountForm,
    EndPostForm,
    PlaceForm,
    PostForm,
    SearchForm,
)
from villages.models import Post, Role, User
from villages.places import place_of
from villages.requests import StaffRequest
from villages.views.rights import SecurityAdminPage

PAGE = 50
UNPROCESSABLE = 422

# What one button does, and what is said after.
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
    """Who does it, when and from where."""
    return {"by": request.user, "at": now(), "request": request}


def with_posts(users: QuerySet[User]) -> QuerySet[User]:
    return users.prefetch_related(
        Prefetch("posts", Post.objects.with_places().in_order())
    )


@dataclass(frozen=True)
class AccountRow:
    """An account of the list with its posts, those that are over left out."""

    user: User
    posts: list[Post]

    @classmethod
    def of(cls, user: User, on: date) -> "AccountRow":
        posts = [
            post
            for post in user.posts.all()
            if post.until_on is None or post.until_on >= on
        ]
        return cls(user, posts)


class AccountList(SecurityAdminPage):
    def get(self, request: StaffRequest) -> HttpResponse:
        form = SearchForm(request.GET)
        text = form.cleaned_data["q"].strip() if form.is_valid() else ""
        users = User.objects.order_by("username").filter(
            username__gt=request.GET.get("after", "").replace("\0", "")
        )
        if text:
            users = users.filter(
                Q(name__icontains=text) | Q(username__istartswith=text)
            )
        rows = list(with_posts(users)[: PAGE + 1])
        after = rows[PAGE - 1].username if len(rows) > PAGE else ""
        context = {
            "form": form,
            "text": text,
            "rows": [AccountRow.of(user, today()) for user in rows[:PAGE]],
            "after": after,
        }
        return render(request, "villages/account_list.html", context)


class AccountCreate(SecurityAdminPage):
    def get(self, request: StaffRequest) -> HttpResponse:
        return render(request, "villages/account_create.html", {"form": AccountForm()})

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
        return render(
            request,
            "villages/account_create.html",
            {"form": form},
            status=UNPROCESSABLE,
        )


class AccountDetail(SecurityAdminPage):
    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return show_account(
            request, get_object_or_404(with_posts(User.objects.all()), pk=pk)
        )


class AccountAct(SecurityAdminPage):
    """One button of the account page."""

    def post(self, request: StaffRequest, pk: int, act: str) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        try:
            if act == "reset_password":
                return show_once(
                    request, user, accounts.reset_password(user, **_acting(request))
                )
            if act not in ACTS:
                raise Http404
            run, done = ACTS[act]
            run(user, **_acting(request))
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect("villages:account", pk)


class Appoint(SecurityAdminPage):
    """Two steps without a script: role and part of the place's name, then the places
    found and the dates.
    """

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        search = PlaceForm(request.GET if "role" in request.GET else None)
        form = None
        if search.is_valid():
            role = Role(search.cleaned_data["role"])
            form = PostForm(
                role=role,
                place=search.cleaned_data["place"],
                initial={"role": role, "from_on": today()},
            )
        return render(
            request,
            "villages/appoint.html",
            {"account": user, "search": search, "form": form},
        )

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
                post = accounts.appoint(user, node=node, **fields, **_acting(request))
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                done = _("Appointed: %(place)s %(role)s.") % {
                    "place": post.place,
                    "role": post.get_role_display(),
                }
                messages.success(request, done)
                return redirect("villages:account", pk)
        context = {"account": user, "search": search, "form": form}
        return render(request, "villages/appoint.html", context, status=UNPROCESSABLE)


class EndPost(SecurityAdminPage):
    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        post = get_object_or_404(Post.objects.with_places(), pk=pk)
        return render(
            request,
            "villages/end_post.html",
            {"post": post, "form": EndPostForm(initial={"until_on": today()})},
        )

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        post = get_object_or_404(Post.objects.with_places(), pk=pk)
        form = EndPostForm(request.POST)
        if form.is_valid():
            try:
                accounts.end_post(
                    post, form.cleaned_data["until_on"], **_acting(request)
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(
                    request,
                    _(
                        "The post ends on that day. Within an hour after it, its open"
                        " cases go to whoever is next."
                    ),
                )
                return redirect("villages:account", post.user_id)
        return render(
            request,
            "villages/end_post.html",
            {"post": post, "form": form},
            status=UNPROCESSABLE,
        )


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


def show_account(request: StaffRequest, user: User) -> HttpResponse:
    is_own = user.pk == request.user.pk
    careful, plain = [RESET_PASSWORD, REMOVE_SECOND_FACTOR], [UNLOCK]
    if user.is_active:
        careful.append(DEACTIVATE)
    else:
        plain.append(REACTIVATE)

    context = {
        "account": user,
        "is_own": is_own,
        "posts": [
            (post, not is_own and not _is_ending(post, today()))
            for post in user.posts.all()
        ],
        "careful_acts": careful,
        "plain_acts": plain,
    }
    return render(request, "villages/account_detail.html", context)


def _is_ending(post: Post, on: date) -> bool:
    """Whether the last day of a post has come, or is over."""
    return post.until_on is not None and post.until_on <= on


def show_once(request: StaffRequest, user: User, password: str) -> HttpResponse:
    """The one page that shows the one-time password: the answer itself, kept
    nowhere.
    """
    response = render(
        request,
        "villages/account_password.html",
        {"account": user, "password": password},
    )
    response["Cache-Control"] = "no-store"
    return response
