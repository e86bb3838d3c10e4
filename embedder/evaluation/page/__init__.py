"""A study -> one HTML page with pictures and sounds, which fetches nothing from elsewhere."""

from embedder.evaluation.page.write import PAGE, write_page

__all__ = ["PAGE", "write_page"]
