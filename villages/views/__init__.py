"""Pages of the grid and its people."""
