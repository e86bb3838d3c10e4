"""Playlist titles -> their perplexity under a language model of transformers (P31)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar

from embedder.corpus.fine_tuning import FineTuning, fine_tune
from embedder.errors import UnusableCheckpoint
from embedder.mulan.checkpoint import UNREADABLE, load_tokenizer

Floats = NDArray[np.float64]

BATCH = 64
"""Titles looked at at once."""

IGNORED = -100
"""What transformers calls a token that is not predicted."""


class CausalPerplexity:
    """Perplexity per token, the end counted as one, under any causal language model."""

    def __init__(
        self, network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, max_tokens: int = 64
    ) -> None:
        self._network = network.train(False)
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens

    @classmethod
    def load(cls, checkpoint: str | Path) -> "CausalPerplexity":
        """Load a model by its name on the Hugging Face hub, such as "openai-community/gpt2".

        Raises
        ------
        UnusableCheckpoint
            It cannot be had, lacks weights, or its tokenizer knows no token for an end.

        """
        # Its bars would be drawn into logs.
        disable_progress_bar()  # type: ignore[no-untyped-call]
        tokenizer = load_tokenizer(checkpoint)
        try:
            found: Any = AutoModelForCausalLM.from_pretrained(
                checkpoint, dtype=torch.float32, output_loading_info=True
            )
        except UNREADABLE as error:
            raise UnusableCheckpoint(checkpoint, str(error)) from None
        network, report = cast(tuple[PreTrainedModel, Mapping[str, set[str]]], found)
        if missing := sorted(report["missing_keys"]):
            raise UnusableCheckpoint(checkpoint, f"it lacks weights, such as {missing[0]!r}")
        if tokenizer.eos_token_id is None:
            raise UnusableCheckpoint(checkpoint, "its tokenizer has no token for an end")
        return cls(network, tokenizer)

    def fine_tune(self, titles: Sequence[str], config: FineTuning) -> None:
        """Go on training on good titles, as the patent does on 7,000 of them."""
        written = [title for title in titles if title.strip()]

        def batch_of(rows: Sequence[int]) -> Mapping[str, Tensor]:
            ids, mask = self._tokens([written[row] for row in rows])
            labels = ids.masked_fill(mask == 0, IGNORED)
            return {"input_ids": ids, "attention_mask": mask, "labels": labels}

        fine_tune(self._network, batch_of, len(written), config)

    def save(self, folder: Path) -> None:
        """Write network and tokenizer into a folder, for `load`."""
        self._network.save_pretrained(folder)
        self._tokenizer.save_pretrained(folder)

    @torch.inference_mode()
    def of(self, titles: Sequence[str], /) -> Floats:
        """Return a perplexity for each title, (n,) from 1 on; infinite for a blank one."""
        perplexities = np.full(len(titles), np.inf)
        rows = [row for row, title in enumerate(titles) if title.strip()]
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            perplexities[batch] = self._of([titles[row] for row in batch])
        return perplexities

    def _of(self, titles: Sequence[str]) -> Floats:
        ids, mask = self._tokens(titles)
        logits = self._network(input_ids=ids, attention_mask=mask).logits
        losses = cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
        predicted = mask[:, 1:]
        means = (losses * predicted).sum(dim=1) / predicted.sum(dim=1)
        return means.double().exp().numpy()

    def _tokens(self, titles: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Return ids and mask, (n, longest): each title between two tokens for an end."""
        end = self._tokenizer.eos_token_id
        bodies = self._tokenizer(
            [" ".join(title.split()) for title in titles],
            add_special_tokens=False,
            truncation=True,
            max_length=self._max_tokens,
        )["input_ids"]
        rows = [torch.tensor([end, *body, end]) for body in bodies]
        ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=end)
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        return ids, mask
