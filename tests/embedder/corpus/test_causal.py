from pathlib import Path

import numpy as np
import pytest

from embedder.corpus.causal import CausalPerplexity
from embedder.corpus.fine_tuning import FineTuning
from embedder.corpus.perplexity import TitleFilter
from embedder.errors import UnusableCheckpoint
from tests.embedder.corpus.checkpoints import tiny_bert, tiny_gpt2


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gpt2(tmp_path_factory.mktemp("gpt2"))


def test_where_all_tokens_are_as_likely_the_perplexity_is_their_number(tmp_path: Path) -> None:
    model = CausalPerplexity.load(tiny_gpt2(tmp_path, zero=True))

    assert model.of(["jazz", "late night drives"]) == pytest.approx([257, 257], rel=1e-4)


def test_company_in_a_batch_does_not_change_a_perplexity(checkpoint: Path) -> None:
    model = CausalPerplexity.load(checkpoint)
    titles = ["jazz", "songs to cry to in the rain", "x", "🌊 chill", "ジャズ"]

    together = model.of(titles)

    alone = np.concatenate([model.of([title]) for title in titles])
    assert together == pytest.approx(alone, rel=1e-4)
    assert (together >= 1).all()


def test_fine_tuning_makes_titles_ordinary_and_noise_strange(tmp_path: Path) -> None:
    model = CausalPerplexity.load(tiny_gpt2(tmp_path))
    before = model.of(["sad songs", "qzxv9w"])

    config = FineTuning(epochs=30, batch=8, learning_rate=2e-2)
    model.fine_tune(["sad songs", "road songs", "sad jazz", "rain songs"] * 4, config)

    title, noise = model.of(["sad songs", "qzxv9w"])
    assert title < before[0] / 10
    assert noise > 5 * title
    kept = TitleFilter(model, threshold=title).keeps(["sad songs", "qzxv9w"])
    assert kept.tolist() == [True, False]


def test_a_saved_model_is_loaded_again(tmp_path: Path, checkpoint: Path) -> None:
    model = CausalPerplexity.load(checkpoint)

    model.save(tmp_path / "mine")

    assert CausalPerplexity.load(tmp_path / "mine").of(["jazz"]) == pytest.approx(
        model.of(["jazz"])
    )


def test_a_blank_title_is_infinitely_strange_and_a_long_one_is_cut(checkpoint: Path) -> None:
    model = CausalPerplexity.load(checkpoint)

    perplexity = model.of(["", " \n", "word " * 10_000])

    assert np.isinf(perplexity).tolist() == [True, True, False]


def test_what_is_no_causal_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableCheckpoint, match="nowhere"):
        CausalPerplexity.load(tmp_path / "nowhere")
    with pytest.raises(UnusableCheckpoint):
        CausalPerplexity.load(tiny_bert(tmp_path / "bert"))
