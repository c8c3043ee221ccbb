"""The same list that is uploaded by several clicks at once is one import."""

import pytest

from tests.cases.roads import staff
from tests.together import times_at_once
from tests.villages.imports.files import HEAD, uploaded, xlsx
from villages.models import AuditRecord, ImportRun
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS = 3


def test_one_file_uploaded_three_times_at_once_is_one_import():
    here = staff()
    content = xlsx(HEAD[:3], [here.group.number, 1, "李建国"])

    def upload() -> int:
        return uploaded(content, here.secretary, here.village).pk

    runs = times_at_once(CLICKS, upload)

    assert runs == [ImportRun.objects.get().pk] * CLICKS
    assert AuditRecord.objects.filter(kind=AuditKind.IMPORT).count() == 1
