"""The telephones of towns, talk rooms and offices, which villagers ring up: checked
where the administration takes them.
"""

from minshi.crypto import office_phone
from villages.admin.forms import AdminForm


class TownAdminForm(AdminForm):
    def clean_phone(self) -> str:
        return office_phone(self.cleaned_data["phone"])


class TalkRoomAdminForm(AdminForm):
    def clean_phone(self) -> str:
        return office_phone(self.cleaned_data["phone"])


class OfficeAdminForm(AdminForm):
    def clean_phone(self) -> str:
        return office_phone(self.cleaned_data["phone"], or_public_line=True)
