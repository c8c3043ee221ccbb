"""Privacy of a case: the rights to open it, and everything that hides or blanks it."""
