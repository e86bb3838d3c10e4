"""Texts that people wrote about recordings -> texts worth training a text tower on (P29-P36)."""
