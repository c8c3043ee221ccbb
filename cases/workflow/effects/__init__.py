"""What each move does to the case, by stage."""
