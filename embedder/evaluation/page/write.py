"""A study -> `index.html`."""

from datetime import date
from pathlib import Path

from embedder.errors import MissingExtra
from embedder.evaluation.page.view import view_of
from embedder.evaluation.recordings import RecordingsStudy
from embedder.evaluation.study import Study

PAGE = "index.html"
"""Name of the page in its folder."""

TEMPLATE = "page.html.jinja"
"""Markup, style and script, beside this file."""


def write_page(
    study: Study, recordings: RecordingsStudy | None, folder: Path, measured_on: date
) -> Path:
    """Write the page and return its path; it carries pictures and sounds in itself.

    Raises
    ------
    MissingExtra
        Jinja2 or scikit-learn is not installed.

    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingExtra("Jinja2", "evaluation") from None
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    view = view_of(study, recordings, measured_on)
    html = environment.get_template(TEMPLATE).render(view)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / PAGE
    page.write_text(html, "utf-8")
    return page
