"""A space and music of known truth -> figures."""
