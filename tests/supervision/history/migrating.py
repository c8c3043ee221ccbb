"""The database as an earlier version made it, and brought up to date."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate_back_before(name, app="cases"):
    """Undo the migration of an app that ends in `name`, and what stands on it."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    (node,) = [each for each in graph.nodes if each[0] == app and name in each[1]]
    (before,) = [parent for parent in graph.node_map[node].parents if parent[0] == app]
    executor.migrate([(before.key[0], before.key[1])])


def migrate_to_the_end():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def migrate_again_to(name, app):
    """Make the migrations of an app up to this one run, whatever ran after them."""
    executor = MigrationExecutor(connection)
    executor.migrate([(app, name)])
