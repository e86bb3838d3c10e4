from pathlib import Path

import numpy as np
import pytest

from embedder.corpus.bert import BertClassifier
from embedder.corpus.fine_tuning import FineTuning
from embedder.corpus.labelled import Labelled, Part
from embedder.errors import UnusableCheckpoint, UnusableText
from tests.embedder.corpus.checkpoints import tiny_bert, tiny_gpt2

DESCRIPTIVE = ["the bass is warm", "slow piano", "loud drums", "warm piano and drums", "loud bass"]
OTHER = ["please subscribe", "thanks for watching", "subscribe now", "link please", "thanks"]
SENTENCES = [Labelled(text, text in DESCRIPTIVE, "test") for text in DESCRIPTIVE + OTHER]
PARTS = {Part.TRAIN: SENTENCES * 4, Part.VALIDATION: SENTENCES, Part.TEST: SENTENCES}
CONFIG = FineTuning(epochs=6, batch=8, learning_rate=1e-2, max_tokens=16)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def classifier(checkpoint: Path) -> BertClassifier:
    return BertClassifier.fine_tune(checkpoint, PARTS, CONFIG)


def test_fine_tuning_learns_what_the_labels_say(classifier: BertClassifier) -> None:
    texts = [sentence.text for sentence in SENTENCES]

    chosen = classifier.probability(texts) >= classifier.threshold

    assert chosen.tolist() == [sentence.descriptive for sentence in SENTENCES]


def test_before_fine_tuning_it_knows_nothing(checkpoint: Path) -> None:
    config = FineTuning(epochs=1, learning_rate=1e-9, max_tokens=16)

    probability = BertClassifier.fine_tune(checkpoint, PARTS, config).probability(DESCRIPTIVE)

    assert np.ptp(probability) < 0.1


def test_the_same_seed_gives_the_same_classifier(
    checkpoint: Path, classifier: BertClassifier
) -> None:
    again = BertClassifier.fine_tune(checkpoint, PARTS, CONFIG)

    assert again.probability(OTHER) == pytest.approx(classifier.probability(OTHER), abs=1e-6)


def test_a_saved_classifier_is_loaded_with_its_threshold(
    tmp_path: Path, classifier: BertClassifier
) -> None:
    classifier.save(tmp_path / "mine")

    loaded = BertClassifier.load(tmp_path / "mine")

    assert loaded.threshold == classifier.threshold
    assert loaded.probability(OTHER) == pytest.approx(classifier.probability(OTHER), abs=1e-6)


def test_no_sentences_have_no_probabilities(classifier: BertClassifier) -> None:
    assert classifier.probability([]).shape == (0,)


def test_ten_thousand_words_and_no_words_have_stated_answers(classifier: BertClassifier) -> None:
    assert np.isfinite(classifier.probability(["warm bass " * 10_000])).all()
    with pytest.raises(UnusableText):
        classifier.probability([" "])


def test_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableCheckpoint, match="gpt2"):
        BertClassifier.fine_tune(tiny_gpt2(tmp_path / "gpt"), PARTS, CONFIG)


def test_a_folder_without_a_decision_is_no_classifier(checkpoint: Path) -> None:
    with pytest.raises(UnusableCheckpoint, match=r"decision\.json"):
        BertClassifier.load(checkpoint)


def test_no_epochs_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="epochs is 0"):
        FineTuning(epochs=0)
