"""Which rows are in use: named by rows of any table, of any app."""

from collections.abc import Collection

from django.db.models import Model


def used_rows(
    model: type[Model], keys: Collection[int], besides: tuple[type[Model], ...] = ()
) -> set[int]:
    """Return those of the keys that rows of other tables name; `besides` are tables
    that do not count. One query a table.
    """
    used: set[int] = set()
    for relation in model._meta.related_objects:
        if relation.related_model in besides:
            continue
        name = relation.field.name
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": keys})
        used |= set(rows.values_list(name, flat=True))
    return used
