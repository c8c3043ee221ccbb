"""The villagers' side of a case."""
