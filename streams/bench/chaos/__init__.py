"""Faults on a real broker under traffic, and the verdict on what became of every session."""
