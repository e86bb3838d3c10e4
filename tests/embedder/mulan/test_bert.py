"""The text tower: its size, what it reads of a text, and what it takes from a checkpoint."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from embedder.errors import UnusableCheckpoint, UnusableText
from embedder.mulan import MulanShape, MulanTowers
from embedder.mulan.bert import BertBody, BertShape
from tests.embedder.mulan.tiny import (
    BERT,
    RESNET,
    awake,
    sound_checkpoint,
    tokenizer_folder,
    towers,
    word_checkpoint,
)


def test_the_patents_network_has_the_weights_of_bert_base_without_its_pooler() -> None:
    with torch.device("meta"):
        body = BertBody(BertShape())

    with_pooler = 109_482_240  # bert-base-uncased
    expected = with_pooler - 768 * 769
    assert sum(weight.numel() for weight in body.parameters()) == expected


def test_padding_does_not_change_a_texts_vector(tmp_path: Path) -> None:
    one = awake(towers("mulan-resnet", tmp_path))
    alone = one.tokenize(["calm piano"])

    among = one.tokenize(["calm piano", "a sad song with strings and flute and drums"])

    assert among["input_ids"].shape[1] > alone["input_ids"].shape[1]
    with torch.inference_mode():
        assert torch.allclose(one.text(**among)[0], one.text(**alone)[0], atol=1e-5)


def test_unlike_texts_have_unlike_vectors(tmp_path: Path) -> None:
    one = awake(towers("mulan-resnet", tmp_path))

    with torch.inference_mode():
        calm, loud = one.text(**one.tokenize(["calm piano", "loud drums"]))

    assert calm @ loud < 0.999


def test_a_text_is_cut_where_the_network_ends(tmp_path: Path) -> None:
    one = awake(towers("mulan-resnet", tmp_path))
    read, unread = "calm " * (16 - 2), "loud " * 100

    tokens = one.tokenize([read + unread, read])

    assert tokens["input_ids"].shape == (2, 16)
    assert torch.equal(tokens["input_ids"][0], tokens["input_ids"][1])


def test_the_patents_text_is_512_word_pieces(tmp_path: Path) -> None:
    shape = MulanShape(RESNET, replace(BERT, tokens=BertShape().tokens))
    one = MulanTowers.random(shape, tokenizer_folder(tmp_path)).eval()

    tokens = one.tokenize(["sad " * 900])

    assert tokens["input_ids"].shape == (1, 512)
    with torch.inference_mode():
        assert one.text(**tokens).norm(dim=1) == pytest.approx(1)


def test_case_does_not_matter_and_an_unknown_word_is_no_error(tmp_path: Path) -> None:
    one = towers("mulan-resnet", tmp_path)

    loud, quiet, unknown = one.tokenize(["Calm PIANO", "calm piano", "🎹 钢琴"])["input_ids"]

    assert torch.equal(loud, quiet)
    assert one.tokenizer.unk_token_id in unknown


def test_an_empty_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableText, match="no words"):
        towers("mulan-resnet", tmp_path).tokenize(["calm", " "])


def test_a_checkpoint_gives_the_same_encoding(tmp_path: Path) -> None:
    theirs = word_checkpoint(tmp_path).bert
    ids, mask = torch.tensor([[2, 7, 17, 3, 0]]), torch.tensor([[1, 1, 1, 1, 0]])

    body = BertBody.warm(tmp_path).eval()

    assert body.shape == replace(BERT, dropout=0.1)
    assert torch.equal(body(ids, mask), theirs(ids, mask).last_hidden_state[:, 0])


def test_a_checkpoint_of_sounds_is_refused(tmp_path: Path) -> None:
    sound_checkpoint(tmp_path)

    with pytest.raises(UnusableCheckpoint, match="it is a 'audio-spectrogram-transformer'"):
        BertBody.warm(tmp_path)
