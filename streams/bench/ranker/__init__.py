"""What the ranker is worth: its speed beside others', and how soon it follows a listener."""
