"""The REST API of supervision: notices, and orders."""
