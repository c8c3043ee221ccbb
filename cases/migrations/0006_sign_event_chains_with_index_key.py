"""Sign every chain of events once more, with INDEX_KEY, and seal the case as its last
event left it.

Until here the chain was plain SHA-256, which whoever writes the database could make
anew. A chain that does not hold by that is left as it is: `manage.py verify` names it
from then on, and a signature never covers up what was changed before.
"""

import hashlib
import json
import logging
from datetime import UTC

from django.db import migrations

from minshi.crypto import sealed
from minshi.history import protect_rows, unprotect_rows

BATCH = 500
# of cases/workflow/state.py, as they were then
GROUPS = ("words", "origin", "kind", "stage", "result", "rating", "due")
logger = logging.getLogger(__name__)


def sign_chains(apps, schema_editor):
    """Go through the cases in the order of keys, in batches; all in the transaction of
    the migration, so that the table is append-only again or nothing has happened.
    """
    using = schema_editor.connection.alias
    cases = apps.get_model("cases", "Case").objects.using(using).order_by("pk")
    unprotect_rows("cases_event", _run(schema_editor))

    last = 0
    left = 0
    while batch := list(cases.filter(pk__gt=last)[:BATCH]):
        left += _sign_batch(apps, using, batch)
        last = batch[-1].pk

    if left:
        logger.error("%s chains of events did not hold and are not signed", left)
    protect_rows("cases_event", _run(schema_editor))


def _sign_batch(apps, using, cases):
    """Sign the chains of these cases, and return how many did not hold."""
    all_cases = apps.get_model("cases", "Case").objects.using(using)
    all_events = apps.get_model("cases", "Event").objects.using(using)
    chains = {case.pk: [] for case in cases}
    for event in all_events.filter(case__in=chains).order_by("case", "sequence"):
        chains[event.case_id].append(event)

    signed_events = []
    signed_cases = []
    left = 0
    for case in cases:
        events = chains[case.pk]
        if not _holds(case, events):
            left += 1
            continue
        _sign(case, events)
        signed_events += events
        signed_cases.append(case)

    all_events.bulk_update(
        signed_events, ["state", "previous_hash", "hash"], batch_size=BATCH
    )
    all_cases.bulk_update(
        signed_cases, ["event_hash", "last_event_at"], batch_size=BATCH
    )
    return left


def _holds(case, events):
    previous = ""
    for nth, event in enumerate(events, 1):
        if (event.sequence, event.previous_hash) != (nth, previous):
            return False
        if event.hash != _plain_hash(event):
            return False
        previous = event.hash

    return bool(events) and (len(events), previous) == (
        case.event_count,
        case.event_hash,
    )


def _sign(case, events):
    from cases.workflow.state import state_of

    events[-1].state = state_of(case, GROUPS)
    previous = ""
    for event in events:
        event.previous_hash = previous
        columns = _columns(event)
        columns.insert(-1, event.state)
        previous = event.hash = sealed(columns, "event")

    case.event_hash = previous
    case.last_event_at = max(event.at for event in events)


def _plain_hash(event):
    canonical = json.dumps(
        _columns(event), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _columns(event):
    return [
        event.previous_hash,
        event.case_id,
        event.sequence,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.action,
        event.actor_kind,
        event.user_id,
        event.post_id,
        event.via,
        event.source,
        event.target,
        event.level,
        event.round,
        event.note,
        event.data,
        str(event.key) if event.key else None,
    ]


def _run(schema_editor):
    return lambda sql: schema_editor.execute(sql, None)


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_state_of_events")]

    operations = [
        # signed chains are unknown to the code before, which names each as changed
        migrations.RunPython(sign_chains, migrations.RunPython.noop),
    ]
