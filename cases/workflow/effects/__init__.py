"""The effect of each move on the case, by stage."""
