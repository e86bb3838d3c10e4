"""What the gateway answers to, a file for each kind of thing; none of them does more than ask."""
