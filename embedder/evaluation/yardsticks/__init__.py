"""What a space is measured beside: the same without training."""
