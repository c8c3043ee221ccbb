"""The API of logging in and of the grid: tokens, who am I, villages, and the lookup of neighbours."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework import serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle

from minshi.api import KeyPages, OwnPasswordFirst
from minshi.api_docs import Endpoint
from minshi.clock import today
from villages.lookup import find_residents, neighbourhood_of
from villages.models import Group, Post, Town, User, Village

SHORT_CODE = 20  # an authenticator's 6 digits, or a recovery code


def user_of(request: Request) -> User:
    """The account that asks; every view but the login has one."""
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


class PostSerializer(serializers.ModelSerializer[Post]):
    place = serializers.CharField(read_only=True)

    class Meta:
        model = Post
        fields = ("id", "role", "place", "from_on", "until_on", "may_sign")


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
    """A token for 12 hours. Failures count as on the login page, and lock out as there."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "login"

    @extend_schema(request=Credentials, responses={200: TokenGiven}, auth=[])
    def post(self, request: Request) -> Response:
        asked = Credentials(data=request.data)
        asked.is_valid(raise_exception=True)
        user = _checked(request._request, **asked.validated_data)
        expiry = timedelta(seconds=settings.SESSION_COOKIE_AGE)
        row, token = AuthToken.objects.create(user=user, expiry=expiry)
        user_logged_in.send(sender=User, request=request._request, user=user)
        return Response(TokenGiven({"token": token, "expiry": row.expiry, "user": user}).data)

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"


def _checked(request: HttpRequest, username: str, password: str, code: str = "") -> User:
    """The account behind name, password and second factor; axes counts whatever is wrong."""
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise WrongPassword
    if is_mfa_enabled(user):
        if not code:
            raise SecondFactorNeeded
        with transaction.atomic():  # a recovery code is locked while it is used up
            is_right = AuthenticateForm({"code": code}, user=user).is_valid()
        if not is_right:
            user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
            raise SecondFactorWrong
    if user.must_change_password:
        raise OwnPasswordFirst
    return user


class LogsOut(Endpoint):
    """Open to accounts with a one-time password as well."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)


class Logout(LogsOut):
    """Ends the token used, or the session."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
            user_logged_out.send(sender=User, request=request._request, user=user_of(request))
        else:
            logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutAll(LogsOut):
    """Ends every token of the account, and the session if one was used."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        AuthToken.objects.filter(user=user_of(request)).delete()
        if isinstance(request.auth, AuthToken):
            user_logged_out.send(sender=User, request=request._request, user=user_of(request))
        else:
            logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(Endpoint):
    """Who is logged in, and the posts to act from."""

    @extend_schema(responses={200: MeSerializer})
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(user_of(request)).data)


class TownSerializer(serializers.ModelSerializer[Town]):
    class Meta:
        model = Town
        fields = ("id", "code", "name", "county_name")


class GroupSerializer(serializers.ModelSerializer[Group]):
    class Meta:
        model = Group
        fields = ("id", "number")


class VillageSerializer(serializers.ModelSerializer[Village]):
    town = TownSerializer()
    groups = GroupSerializer(many=True)

    class Meta:
        model = Village
        fields = ("id", "code", "name", "official_name", "town", "groups")


class VillageList(Endpoint, ListAPIView[Village]):
    """The villages within the account's territory, with their groups."""

    serializer_class = VillageSerializer
    pagination_class = KeyPages
    filter_backends = ()
    order = ("code", "id")

    def get_queryset(self) -> QuerySet[Village]:
        villages = Village.objects.overseen_by(user_of(self.request), today())
        return villages.select_related("town").prefetch_related("groups")


class Sought(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=40, help_text=_("The beginning of a name, its pinyin, initials, or a phone."))
    village = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, help_text=_("Only in this one.")
    )


class FoundSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    village = serializers.CharField()
    group = serializers.IntegerField()
    door = serializers.IntegerField()
    tail = serializers.CharField(help_text=_("The last four digits of the phone."))


class Neighbours(serializers.Serializer[Any]):
    results = FoundSerializer(many=True)


class HouseholdLookup(Endpoint):
    """At most eight residents of the villages one may look up in."""

    @extend_schema(parameters=[Sought], responses={200: Neighbours})
    def get(self, request: Request) -> Response:
        sought = Sought(data=request.query_params)
        sought.is_valid(raise_exception=True)
        asked = sought.validated_data
        where = neighbourhood_of(user_of(request), today())
        found = find_residents(asked["q"], where.villages, groups=where.groups, only_in=asked.get("village"))
        return Response({"results": [asdict(row) for row in found]})
