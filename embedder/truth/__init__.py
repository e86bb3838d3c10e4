"""What is known of music because it was made that way, and the words for it."""
