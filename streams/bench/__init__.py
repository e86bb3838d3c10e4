"""Benchmarks on the real broker: ours and a yardstick, side by side in one run."""
