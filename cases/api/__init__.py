"""The REST API of cases: every view starts from what its user sees."""
