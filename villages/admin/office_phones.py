"""The telephones of talk rooms and offices, which villagers ring up: checked where the
administration takes them.
"""

import re

from minshi.crypto import office_phone
from villages.admin.forms import AdminForm

# 110, 12348
PUBLIC_LINE = re.compile(r"[0-9]{3,5}")


class TalkRoomAdminForm(AdminForm):
    def clean_phone(self) -> str:
        return office_phone(self.cleaned_data["phone"])


class OfficeAdminForm(AdminForm):
    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"].strip()
        return typed if PUBLIC_LINE.fullmatch(typed) else office_phone(typed)
