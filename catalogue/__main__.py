"""Compose and render: the shipped catalogue, or clips to train on.

python -m catalogue render --out catalogue
python -m catalogue clips --count 100 --seed 7 --soundfont FluidR3_GM.sf2 --out clips
"""

import argparse
import sys
from pathlib import Path

from catalogue.errors import CatalogueError

SOUNDFONT = Path("/usr/share/sounds/sf3/MuseScore_General.sf3")
"""Where Debian's musescore-general-soundfont puts it; MIT licence."""


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns 0 when done and 1 when refused."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CatalogueError as error:
        sys.stderr.write(f"catalogue: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m catalogue", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    render = verbs.add_parser("render", help="render the catalogue that ships with upnext")
    render.add_argument("--soundfont", type=Path, default=SOUNDFONT)
    render.add_argument("--out", type=Path, default=Path("catalogue"))
    render.set_defaults(run=_render)
    clips = verbs.add_parser("clips", help="render clips to train and validate a model on")
    clips.add_argument("--count", type=int, required=True)
    clips.add_argument("--seed", type=int, required=True)
    clips.add_argument("--soundfont", type=Path, action="append", required=True)
    clips.add_argument("--out", type=Path, required=True)
    clips.add_argument("--midi", type=Path, help="a folder of MIDI songs to arrange as well")
    clips.add_argument(
        "--split", default="train", choices=("train", "validation", "test"),
        help="which works and songs to draw from; no two share one",
    )  # fmt: skip
    clips.add_argument("--jobs", type=int, default=1)
    clips.set_defaults(run=_clips)
    return parser


def _render(options: argparse.Namespace) -> int:
    from catalogue.ship import render_catalogue

    render_catalogue(options.soundfont, options.out)
    return 0


def _clips(options: argparse.Namespace) -> int:
    from catalogue.clips import ClipPlan, make_clips
    from catalogue.progress import Progress
    from catalogue.tracks import write_list

    plan = ClipPlan(
        count=options.count,
        seed=options.seed,
        soundfonts=tuple(options.soundfont),
        out=options.out,
        midi=options.midi,
        split=options.split,
    )
    plan.out.mkdir(parents=True, exist_ok=True)
    tracks = []
    with Progress("clips", plan.count) as progress:
        for batch in make_clips(plan, jobs=options.jobs):
            tracks += batch
            progress.advance(len(batch))
    write_list(plan.out, tracks)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
