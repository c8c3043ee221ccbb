"""Notices from the outbox to whoever reads them."""
