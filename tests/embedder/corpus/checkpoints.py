"""Checkpoints as the hub has them, of a few thousand random weights."""

from pathlib import Path

import torch
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    BertConfig,
    BertForPreTraining,
    BertTokenizer,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Tokenizer,
)

END = "<|endoftext|>"
WORDS = "the bass is warm and slow drums loud piano please subscribe now thanks for watching link"


def tiny_bert(folder: Path) -> Path:
    """As google-bert/bert-base-uncased is saved: what it was pretrained as, and word pieces."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    BertTokenizer(vocab={piece: row for row, piece in enumerate(pieces)}).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertForPreTraining(config).save_pretrained(folder)
    return folder


def tiny_gpt2(folder: Path, zero: bool = False) -> Path:
    """As openai-community/gpt2 is saved, one token a byte; with zeros all tokens are as likely."""
    vocabulary = {byte: row for row, byte in enumerate([*sorted(ByteLevel.alphabet()), END])}
    GPT2Tokenizer(vocab=vocabulary, merges=[]).save_pretrained(folder)
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(vocabulary),
        n_embd=16,
        n_layer=2,
        n_head=2,
        n_positions=80,
        bos_token_id=vocabulary[END],
        eos_token_id=vocabulary[END],
    )
    network = GPT2LMHeadModel(config)
    if zero:
        with torch.no_grad():
            for weight in network.parameters():
                weight.zero_()
    network.save_pretrained(folder)
    return folder
