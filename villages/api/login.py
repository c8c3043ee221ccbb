"""The API of logging in: tokens, and the account behind them."""

from datetime import timedelta
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
)
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from knox.models import AuthToken
from rest_framework import serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from minshi.api import AnyToken, OwnPasswordFirst
from minshi.api_docs import BY_TOKEN_OR_SESSION, Endpoint
from minshi.clock import now, today
from minshi.pace import ScopedPace
from villages.api.examples import LOGGED_IN, WHO
from villages.api.fields import validated
from villages.forms.secret_forms import CodeForm
from villages.login import as_given_out
from villages.models import Post, User
from villages.naming import account_name
from villages.open_logins import end_all_logins
from villages.passwords import is_too_old
from villages.second_factor import lacks_second_factor
from villages.token_login import SecondFactorFirst
from villages.tries import name_at_login, trying

SHORT_CODE = 20  # an authenticator's 6 digits, or a recovery code


def user_of(request: Request) -> User:
    """Return the account that asks; every endpoint but the login has one."""
    user = request.user
    if not isinstance(user, User):
        raise AuthenticationFailed
    return user


class WrongPassword(AuthenticationFailed):
    default_code = "wrong_password"
    default_detail = _("The account name or the password is wrong.")


class SecondFactorNeeded(AuthenticationFailed):
    default_code = "second_factor_needed"
    default_detail = _("Send the code of your authenticator app too.")


class SecondFactorWrong(AuthenticationFailed):
    default_code = "second_factor_wrong"
    default_detail = _("The code is wrong.")


class Credentials(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    code = serializers.CharField(
        max_length=SHORT_CODE,
        required=False,
        allow_blank=True,
        help_text=_("Of the authenticator app, if there is one."),
    )

    def validate_username(self, typed: str) -> str:
        return account_name(typed)


class PostSerializer(serializers.ModelSerializer[Post]):
    place = serializers.CharField(read_only=True)

    class Meta:
        model = Post
        fields = ("id", "role", "place", "from_on", "until_on", "may_sign")
        read_only_fields = fields


class MeSerializer(serializers.Serializer[User]):
    username = serializers.CharField()
    name = serializers.CharField()
    posts = serializers.SerializerMethodField()

    @extend_schema_field(PostSerializer(many=True))
    def get_posts(self, user: User) -> list[dict[str, Any]]:
        return list(PostSerializer(user.posts_on(today()), many=True).data)


class TokenGiven(serializers.Serializer[Any]):
    token = serializers.CharField()
    expiry = serializers.DateTimeField()
    user = MeSerializer()


class Login(Endpoint):
    """A token, which holds until `expiry`. Failures count as on the login page, and
    lock out as there.
    """

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedPace,)
    throttle_scope = "login"

    @extend_schema(
        operation_id="log_in",
        summary=_("Get a token for a name and a password."),
        request=Credentials,
        responses={200: TokenGiven},
        examples=LOGGED_IN,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        django_request = request._request  # what the counting of wrong tries reads
        credentials = validated(Credentials(data=request.data))
        user = _authenticated(django_request, **credentials)

        expiry = timedelta(seconds=settings.SESSION_COOKIE_AGE)
        # the row keeps a digest; the token itself is given out this once
        row, token = AuthToken.objects.create(user=user, expiry=expiry)
        user_logged_in.send(sender=User, request=django_request, user=user, token=row)

        given = {"token": token, "expiry": row.expiry, "user": user}
        return Response(TokenGiven(given).data)

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"


def _authenticated(
    request: HttpRequest, username: str, password: str, code: str = ""
) -> User:
    """Return the account behind name, password and second factor.

    A one-time password is taken however it is typed, as on the page. What is wrong is
    counted. WrongPassword, SecondFactorNeeded, SecondFactorWrong;
    OwnPasswordFirst: the password is a one-time one, or too old; SecondFactorFirst: a
    post demands one, and none is set up.
    """
    name = name_at_login(request, {"username": username})
    password = as_given_out(name, password)
    with trying(request, name):
        user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise WrongPassword

    if is_mfa_enabled(user):
        if not code:
            raise SecondFactorNeeded
        if not CodeForm({"code": code}, user=user).is_valid():
            raise SecondFactorWrong

    if user.must_change_password or is_too_old(user, now()):
        raise OwnPasswordFirst
    if lacks_second_factor(user, today()):
        raise SecondFactorFirst
    return user


class LogsOut(Endpoint):
    """Open to accounts with a one-time password as well."""

    authentication_classes = (AnyToken, SessionAuthentication)

    def note_logout(self, request: Request) -> None:
        """Let the audit log know, and end the session where one was used."""
        if isinstance(request.auth, AuthToken):
            user_logged_out.send(
                sender=User, request=request._request, user=user_of(request)
            )
        else:
            logout(request._request)


class Logout(LogsOut):
    """Ends the token used, or the session."""

    @extend_schema(
        operation_id="log_out",
        summary=_("End this login."),
        request=None,
        responses={204: None},
        auth=BY_TOKEN_OR_SESSION,
    )
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        self.note_logout(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutAll(LogsOut):
    """Ends every token and every session of the account."""

    @extend_schema(
        operation_id="log_out_everywhere",
        summary=_("End every login of your account."),
        request=None,
        responses={204: None},
        auth=BY_TOKEN_OR_SESSION,
    )
    def post(self, request: Request) -> Response:
        user = user_of(request)
        self.note_logout(request)
        end_all_logins(user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(Endpoint):
    """The account logged in, and the posts to act from."""

    @extend_schema(
        operation_id="get_me",
        summary=_("Read who you are and which posts you hold."),
        responses={200: MeSerializer},
        examples=WHO,
    )
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(user_of(request)).data)
