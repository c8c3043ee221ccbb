"""The telephones of talk rooms and offices, which villagers ring up: checked where the
administration takes them.
"""

import re
from typing import TYPE_CHECKING

from django import forms

from minshi.crypto import office_phone
from villages.models import Office, TalkRoom

if TYPE_CHECKING:
    FormOfTalkRoom = forms.ModelForm[TalkRoom]
    FormOfOffice = forms.ModelForm[Office]
else:  # at run time they take no type
    FormOfTalkRoom = FormOfOffice = forms.ModelForm
# 110, 12348
PUBLIC_LINE = re.compile(r"[0-9]{3,5}")


class TalkRoomAdminForm(FormOfTalkRoom):
    def clean_phone(self) -> str:
        return office_phone(self.cleaned_data["phone"])


class OfficeAdminForm(FormOfOffice):
    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"].strip()
        return typed if PUBLIC_LINE.fullmatch(typed) else office_phone(typed)
