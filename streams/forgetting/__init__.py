"""A listener is erased: from the workers' rows, and from the raw topics."""
