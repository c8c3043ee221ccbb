"""Lists of cases: filters, search, pages by key, the queue and the registers."""
