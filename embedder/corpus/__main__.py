"""Fit and measure the filters of text from the command line.

python -m embedder.corpus fit
python -m embedder.corpus evaluate --json
"""

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from embedder.corpus.classification import Figures
from embedder.corpus.descriptive import (
    WEIGHTS,
    DescriptiveClassifier,
    LinearClassifier,
    LinearWeights,
)
from embedder.corpus.fit import Comparison, compare, fit
from embedder.corpus.labelled import FILES, Labelled, Part, read_labelled, split
from embedder.corpus.titles import TitleFigures, measure_titles
from embedder.errors import EmbedderError
from embedder.small.sentences import SentenceEncoder

SEED = 0
"""Of the bootstrap."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; return 0 when done, 1 when it failed."""
    options = _parser().parse_args(arguments)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        return int(options.run(options))
    except EmbedderError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m embedder.corpus", epilog="example: python -m embedder.corpus evaluate"
    )
    verbs = parser.add_subparsers(required=True)

    learn = verbs.add_parser("fit", help="fit the classifier that ships: does this describe music?")
    _add_sentences(learn)
    learn.add_argument("--out", type=Path, default=WEIGHTS, help="file of the weights")
    learn.set_defaults(run=_fit)

    tune = verbs.add_parser("fine-tune", help="fine-tune a BERT for the same question (P30)")
    _add_sentences(tune)
    tune.add_argument("--checkpoint", default="google-bert/bert-base-uncased")
    tune.add_argument("--epochs", type=int, default=3)
    tune.add_argument("--seed", type=int, default=SEED)
    tune.add_argument("--out", type=Path, required=True, help="folder of the classifier")
    tune.set_defaults(run=_fine_tune)

    measure = verbs.add_parser("evaluate", help="measure the filters of sentences and of titles")
    _add_sentences(measure)
    measure.add_argument("--classifier", type=Path, default=WEIGHTS, help="file or folder of one")
    measure.add_argument("--json", action="store_true", help="every figure, as one JSON object")
    measure.set_defaults(run=_evaluate)
    return parser


def _add_sentences(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sentences", type=Path, nargs="+", default=FILES, help="files of labelled sentences"
    )


def _parts(options: argparse.Namespace) -> dict[Part, list[Labelled]]:
    return split([each for path in options.sentences for each in read_labelled(path)])


def _fit(options: argparse.Namespace) -> int:
    parts = _parts(options)
    encoder = SentenceEncoder()
    weights = fit(parts, encoder)
    found = compare(
        LinearClassifier(weights, encoder), parts[Part.TEST], np.random.default_rng(SEED)
    )
    _measured(weights, found).write(options.out)
    sys.stdout.write(_sentence_table(found))
    return 0


def _fine_tune(options: argparse.Namespace) -> int:
    from embedder.corpus.bert import BertClassifier
    from embedder.corpus.fine_tuning import FineTuning

    parts = _parts(options)
    config = FineTuning(epochs=options.epochs, seed=options.seed)
    classifier = BertClassifier.fine_tune(options.checkpoint, parts, config)
    classifier.save(options.out)
    found = compare(classifier, parts[Part.TEST], np.random.default_rng(SEED))
    sys.stdout.write(_sentence_table(found))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    parts = _parts(options)
    rng = np.random.default_rng(SEED)
    found = compare(_load(options.classifier), parts[Part.TEST], rng)
    titles = measure_titles()
    if options.json:
        record = {"sentences": _as_record(found), "titles": asdict(titles)}
        sys.stdout.write(json.dumps(record) + "\n")
    else:
        sys.stdout.write(_sentence_table(found) + "\n" + _title_table(titles))
    return 0


def _load(path: Path) -> DescriptiveClassifier:
    if path.is_dir():
        from embedder.corpus.bert import BertClassifier

        return BertClassifier.load(path)
    return LinearClassifier.load(path)


def _measured(weights: LinearWeights, found: Comparison) -> LinearWeights:
    return replace(weights, quality=_as_record(found))


def _as_record(found: Comparison) -> dict[str, Any]:
    return {
        way: {source: _rounded(each) for source, each in figures.items()}
        for way, figures in _ways(found).items()
    }


def _rounded(found: Figures) -> dict[str, Any]:
    record: dict[str, Any] = {"n": found.n, "positives": found.positives}
    for name in ("precision", "recall", "f1"):
        each = getattr(found, name)
        record[name] = {
            "value": round(each.value, 3),
            "ci": [round(each.low, 3), round(each.high, 3)],
        }
    return record


def _ways(found: Comparison) -> dict[str, Mapping[str, Figures]]:
    return {
        "classifier": found.classifier,
        "keywords": found.keywords,
        "always yes": found.always,
    }


def _sentence_table(found: Comparison) -> str:
    lines = ["does this sentence describe music? (test part, 95 % intervals)"]
    lines.append(f"  {'':<12}{'source':<11}{'n':>5}  {'precision':<18}{'recall':<18}F1")
    for way, figures in _ways(found).items():
        for source, each in figures.items():
            cells = "".join(
                f"{f'{figure.value:.2f} ({figure.low:.2f}-{figure.high:.2f})':<18}"
                for figure in (each.precision, each.recall, each.f1)
            )
            lines.append(f"  {way:<12}{source:<11}{each.n:>5}  {cells}".rstrip())
    return "\n".join(lines) + "\n"


def _title_table(found: TitleFigures) -> str:
    return (
        f"playlist titles: perplexity at most {found.threshold:.1f}\n"
        f"  good titles kept      {found.good_kept:.3f} of {found.n_good} never seen\n"
        f"  bad titles dropped    {found.bad_dropped:.3f} of {found.n_bad}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
