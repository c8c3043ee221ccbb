"""A migration operation that creates the tables of an app at once."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel


class Tables(Operation):
    """Create every model of an app's first migration.

    Django builds the class of a model, and of every model related to it, again for each
    CreateModel that stands by itself. Our models are all related: with 64 of them that
    was half the time of an empty database. Here the classes are built once.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, *models: CreateModel) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: Any) -> None:
        classes = state.__dict__.pop("apps", None)

        for model in self.models:
            model.state_forwards(app_label, state)

        if classes is not None:
            state.apps  # noqa: B018 - a cached property: reading it builds them

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Creates {len(self.models)} tables"
