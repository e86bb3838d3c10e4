"""From a folder of music to vectors on `track-vectors`."""
