"""Which rows are in use: named by rows of any table, of any app."""

from collections.abc import Collection

from django.db.models import Model
from django.db.models.fields.reverse_related import ForeignObjectRel


def used_rows(
    model: type[Model], keys: Collection[int], besides: tuple[type[Model], ...] = ()
) -> set[int]:
    """Return those of the keys that rows of other tables name, also those that cannot
    be asked for from here (`related_name="+"`); `besides` are tables that do not count.
    One query a table.
    """
    used: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        if relation.related_model in besides:
            continue
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": keys})
        used |= set(rows.values_list(name, flat=True))
    return used
