"""Who may read what of a case, and everything that hides or blanks it."""
