"""What a listener says, understood: parsed, encoded, and judged for whether it is about music."""
