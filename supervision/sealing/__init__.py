"""Sealing what only grows, keeping the heads elsewhere, and comparing both."""
