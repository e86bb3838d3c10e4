"""Topics followed in the background: what a worker knows of tracks, names and its neighbours."""
