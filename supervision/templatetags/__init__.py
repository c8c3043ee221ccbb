"""Tags of supervision's pages."""
