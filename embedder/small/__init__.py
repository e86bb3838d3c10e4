"""The space that ships: musical features and a small net beside a frozen sentence model."""
