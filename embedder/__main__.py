"""Train and measure a joint space from the command line.

python -m embedder train --clips clips --validation other-clips --out embedder/spaces/small
python -m embedder evaluate --space small --tracks catalogue --json
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from embedder.errors import EmbedderError
from embedder.evaluation.zero_shot import Report, evaluate
from embedder.small.sentences import SentenceEncoder
from embedder.space import Space
from embedder.training.dataset import load_dataset
from embedder.training.publish import publish
from embedder.training.train import TrainingConfig, train

EXAMPLE = "example: python -m embedder evaluate --space small --tracks catalogue"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; return 0 when done, 1 when it failed."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        return int(options.run(options))
    except EmbedderError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedder", epilog=EXAMPLE)
    parser.add_argument("--threads", type=int, help="threads to compute with (default: all cores)")
    verbs = parser.add_subparsers(required=True)

    learn = verbs.add_parser("train", help="train a space on clips of known truth")
    learn.add_argument("--clips", type=Path, nargs="+", required=True, help="folders of clips")
    learn.add_argument("--validation", type=Path, required=True, help="clips of other works")
    learn.add_argument("--out", type=Path, required=True, help="folder of the new space")
    learn.add_argument("--epochs", type=int, default=40)
    learn.add_argument("--seed", type=int, default=0)
    learn.add_argument("--data", default="", help="what the clips are, for the manifest")
    learn.add_argument("--licence", default="", help="licence of the clips, for the manifest")
    learn.set_defaults(run=_train)

    measure = verbs.add_parser("evaluate", help="measure a space on tracks of known truth")
    measure.add_argument("--space", default="small", help="name or folder of a space")
    measure.add_argument("--tracks", type=Path, required=True, help="folder with tracks.jsonl")
    measure.add_argument("--json", action="store_true", help="every figure, as one JSON object")
    measure.set_defaults(run=_evaluate)
    return parser


def _train(options: argparse.Namespace) -> int:
    training, validation = load_dataset(options.clips), load_dataset([options.validation])
    config = TrainingConfig(epochs=options.epochs, seed=options.seed)
    trained = train(training, validation, config, SentenceEncoder())
    about = {
        "data": options.data,
        "licence": options.licence,
        "clips": len(training.facts),
        "seed": options.seed,
    }
    space = publish(trained, training, validation, options.out, about)
    sys.stdout.write(json.dumps({"hash": space.hash, **space.manifest.quality}) + "\n")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    report = evaluate(Space.load(options.space), options.tracks)
    text = json.dumps(report.as_record()) if options.json else _table(report)
    sys.stdout.write(text + "\n")
    return 0


def _table(report: Report) -> str:
    lines = [f"{report.space} {report.hash}, {report.n_tracks} tracks", "", "zero-shot AUC"]
    lines += [f"  {kind:<12}{auc:.3f}" for kind, auc in report.auc.items()]
    lines += ["", "precision at 10 (base rate)"]
    lines += [
        f"  {query:<30}{found.precision:.2f} ({found.base_rate:.2f})"
        for query, found in report.precision_at_10.items()
    ]
    return "\n".join([
        *lines,
        "",
        f"drums in the ten least like drums: {report.drums_in_top_10}",
        f"modality gap {report.gap:.2f}, centred {report.gap_centred:.2f}",
        f"{report.clip_ms:.0f} ms a track, {report.text_ms:.0f} ms a text",
    ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
