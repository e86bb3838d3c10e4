"""What sessions were made of, recorded, read back and steered."""
