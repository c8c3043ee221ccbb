"""Serializers of cases: the rows the API shows, and the bodies it takes."""
