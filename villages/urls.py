"""Addresses of the login (under allauth's own names) and of the pages of the grid;
allauth's other views have none.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import include, path

from villages.login import LoginForm
from villages.views import (
    accounts,
    audit,
    bodies,
    duty,
    duty_acts,
    imports,
    open_logins,
    own_phone,
    password,
    preferences,
    residents,
)

pages = [
    path("language/", preferences.change_language, name="language"),
    path("type-size/", preferences.change_type_size, name="type_size"),
    path("residents/lookup/", residents.Lookup.as_view(), name="lookup"),
    path(
        "residents/<int:pk>/phone/",
        residents.OpenResidentPhone.as_view(),
        name="open_phone",
    ),
    path("bodies/", bodies.BodiesPage.as_view(), name="bodies"),
    path("bodies/seats/<int:pk>/", bodies.EndSeat.as_view(), name="end_seat"),
    path("bodies/rules/<slug:kind>/", bodies.EditProcedure.as_view(), name="procedure"),
    path("accounts/", accounts.AccountList.as_view(), name="accounts"),
    path("accounts/new/", accounts.AccountCreate.as_view(), name="account_create"),
    path("accounts/audit/", audit.AuditLog.as_view(), name="audit"),
    path("accounts/posts/<int:pk>/end/", accounts.EndPost.as_view(), name="end_post"),
    path("accounts/<int:pk>/", accounts.AccountDetail.as_view(), name="account"),
    path("accounts/<int:pk>/appoint/", accounts.Appoint.as_view(), name="appoint"),
    path(
        "accounts/<int:pk>/phone/",
        accounts.AccountPhone.as_view(),
        name="account_phone",
    ),
    path(
        "accounts/<int:pk>/<slug:act>/",
        accounts.AccountAct.as_view(),
        name="account_act",
    ),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/new/<slug:key>/", imports.ImportNew.as_view(), name="import_new"),
    path(
        "imports/template/<slug:key>/",
        imports.ImportTemplate.as_view(),
        name="import_template",
    ),
    path("imports/<int:pk>/", imports.ImportDetail.as_view(), name="import"),
    path(
        "imports/<int:pk>/progress/",
        imports.ImportProgress.as_view(),
        name="import_progress",
    ),
    path("imports/<int:pk>/file/", imports.ImportFile.as_view(), name="import_file"),
    path(
        "imports/<int:pk>/passwords/",
        imports.ImportPasswords.as_view(),
        name="import_passwords",
    ),
    path(
        "imports/<int:pk>/<slug:act>/", imports.ImportAct.as_view(), name="import_act"
    ),
    path("own-phone/", own_phone.OwnPhone.as_view(), name="own_phone"),
    path("logins/", open_logins.OpenLogins.as_view(), name="open_logins"),
    path("logins/<int:pk>/end/", open_logins.EndLogin.as_view(), name="end_login"),
    path("duty/", duty.DutyWeek.as_view(), name="duty"),
    path("duty/print/", duty.WallPrint.as_view(), name="duty_print"),
    path("duty/room/", duty_acts.TalkRoomPage.as_view(), name="talk_room"),
    path("duty/shifts/new/", duty_acts.ShiftNew.as_view(), name="shift_new"),
    path(
        "duty/shifts/<int:pk>/change/",
        duty_acts.ShiftChange.as_view(),
        name="shift_change",
    ),
    path(
        "duty/shifts/<int:pk>/cancel/",
        duty_acts.ShiftCancel.as_view(),
        name="shift_cancel",
    ),
    path(
        "duty/shifts/<int:pk>/swap/", duty_acts.SwapAskPage.as_view(), name="swap_ask"
    ),
    path(
        "duty/shifts/<int:pk>/hand-over/",
        duty_acts.HandOverPage.as_view(),
        name="hand_over",
    ),
    path(
        "duty/swaps/<int:pk>/<slug:answer>/",
        duty_acts.SwapAnswer.as_view(),
        name="swap_answer",
    ),
    path("duty/leave/", duty_acts.LeaveNew.as_view(), name="leave_new"),
    path("duty/leave/<int:pk>/end/", duty_acts.LeaveEnd.as_view(), name="leave_end"),
    path(
        "duty/hand-overs/<int:pk>/take/",
        duty_acts.TakeOver.as_view(),
        name="take_over",
    ),
]
urlpatterns = [
    path(
        "login/", account.LoginView.as_view(form_class=LoginForm), name="account_login"
    ),
    path("login/code/", password.enter_code, name="mfa_authenticate"),
    path("login/shut/", account.account_inactive, name="account_inactive"),
    path("logout/", account.logout, name="account_logout"),
    path("account/password/", password.change_password, name="account_change_password"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/second-factor/", mfa.index, name="mfa_index"),
    path("account/second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path(
        "account/second-factor/app/remove/",
        totp.deactivate_totp,
        name="mfa_deactivate_totp",
    ),
    path(
        "account/second-factor/codes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/second-factor/codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("", include((pages, "villages"))),
]
