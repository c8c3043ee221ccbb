"""月报: made on the first of a month, worded and signed by a supervisor."""
