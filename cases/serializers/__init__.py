"""What the API says of cases, and what it takes in."""
