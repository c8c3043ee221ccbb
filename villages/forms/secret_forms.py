"""The forms that ask for a secret: allauth's, each counted by `villages.tries`.

A value of the wrong form, an empty box or a code with a letter in it, is refused beside
its field and is no try.
"""

import re
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from minshi.text import half_width
from villages.login import as_given_out
from villages.models import User
from villages.second_factor import use_once
from villages.tries import CODE, OLD_PASSWORD, guarded

TOTP_CODE = re.compile(r"[0-9]{6}")
CODE_OR_RECOVERY_CODE = re.compile(r"[0-9]{6}|[0-9]{8}")


class ChangePasswordForm(account.ChangePasswordForm):
    """allauth's, in our words; the old password is a secret like any other.

    The new one is compared with the passwords of before only after the old one was
    right: its answer would confirm guesses that nobody counts.
    """

    # allauth's own field is validated whatever the old password was
    password1 = PasswordField(autocomplete="new-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

        old = gettext_lazy("The password you have now")
        if self.user.must_change_password:
            old = gettext_lazy(
                "The one-time password the account administrator gave you"
            )
        labels = {
            "oldpassword": old,
            "password1": gettext_lazy("New password"),
            "password2": gettext_lazy("New password once more"),
        }
        for name, label in labels.items():
            field = self.fields[name]
            field.label = label
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = gettext_lazy("Please fill this in.")

        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].help_text = gettext_lazy(
            "At least 10 characters, letters with digits or signs among them. A few"
            " words that belong together only for you are easy to keep in mind."
        )

    def clean_oldpassword(self) -> str:
        typed = str(self.cleaned_data["oldpassword"])
        password = as_given_out(self.user.username, typed)
        with guarded(self.user, OLD_PASSWORD):
            if not self.user.check_password(password):
                words = _("This is not the password you have now.")
                if self.user.must_change_password:
                    words = _("This is not the one-time password.")
                raise ValidationError(words)
        return password

    def clean_password1(self) -> str:
        """ValidationError: a validator refuses it; asked after a right old password."""
        password = str(self.cleaned_data["password1"])
        if "oldpassword" in self.cleaned_data:
            get_adapter().clean_password(password, user=self.user)
        return password


class CodeField(forms.CharField):
    """A code as people type it: blanks between the digits, full-width digits."""

    def __init__(self, form: re.Pattern[str], words: Any) -> None:
        super().__init__(
            label=pgettext_lazy("second factor", "Code"),
            max_length=40,
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "one-time-code",
                    "inputmode": "numeric",
                    "autofocus": True,
                }
            ),
        )
        self.form = form
        self.words = words
        self.error_messages["required"] = gettext_lazy("Please fill this in.")

    def clean(self, value: Any) -> str:
        code = super().clean(value)
        digits = "".join(half_width(code).split())
        if not self.form.fullmatch(digits):
            raise ValidationError(self.words)
        return digits


class _AsksForCode(mfa.BaseAuthenticateForm):
    """A right code of the app serves once; a wrong one is counted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField(
            CODE_OR_RECOVERY_CODE,
            gettext_lazy("The app shows six digits; a recovery code has eight."),
        )

    def clean_code(self) -> str:
        user: User = self.user
        with guarded(user, CODE):
            code = self._right_code()
            if TOTP_CODE.fullmatch(code) and not use_once(user, code):
                raise ValidationError(
                    _("This code was used already. Wait for the app's next one.")
                )
        return code

    def _right_code(self) -> str:
        """Return the code where it is one of the app's, or an unused recovery code.

        ValidationError: it is neither. Whoever typed a recovery code may be without the
        phone, and has no next code to wait for. Whether it was one of theirs, and is
        used, is not told: that would confirm a guess.
        """
        try:
            return str(super().clean_code())
        except ValidationError:
            if TOTP_CODE.fullmatch(self.cleaned_data["code"]):
                raise
            raise ValidationError(
                _(
                    "This recovery code is wrong, or was used: each serves once. Type"
                    " another one."
                )
            ) from None


class CodeForm(_AsksForCode, mfa.AuthenticateForm):
    """The second step of a login: the app's code, or a recovery code."""


class ConfirmByCodeForm(_AsksForCode, mfa.ReauthenticateForm):
    """The same before something sensitive."""


class ActivateAppForm(totp.ActivateTOTPForm):
    """The first code of a new app. Its key stands on the same page, so that a wrong one
    is no try; but it serves once like every other.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        scanned = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if scanned:
            # a page that is loaded again keeps the key that the app has by now
            session[SECRET_SESSION_KEY] = self.secret = scanned

        self.fields["code"] = CodeField(
            TOTP_CODE, gettext_lazy("Type the six digits that the app shows.")
        )

    def clean_code(self) -> str:
        code = str(super().clean_code())
        use_once(self.user, code)
        return code
