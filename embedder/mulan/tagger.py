"""An audio body is taught tags before it meets words: AudioSet's (P11), or of videos (P16)."""

from pathlib import Path

from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from embedder.mulan.ast import AstBody
from embedder.mulan.resnet import ResNetBody

AUDIOSET_CLASSES = 527
"""Classes of AudioSet, all of which are taught (P11)."""


class Tagger(nn.Module):
    """A body under one logistic regression a tag.

    Train it on tagged windows, then `save_body` and start the towers from that folder: the
    classifier is left behind (P11, P16). The transformer's public checkpoint has been through this
    already; the residual network's has seen pictures only.
    """

    def __init__(self, body: ResNetBody | AstBody, n_tags: int = AUDIOSET_CLASSES) -> None:
        super().__init__()
        self.body = body
        self.classifier = nn.Linear(body.width, n_tags)

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Return the logit of each tag, (n, n_tags), from (n, n_mels, frames)."""
        logits: Tensor = self.classifier(self.body(spectrograms))
        return logits

    def loss(self, spectrograms: Tensor, tags: Tensor) -> Tensor:
        """Return the log loss, in nats a tag, given tags as 0 and 1, (n, n_tags) float32."""
        return binary_cross_entropy_with_logits(self(spectrograms), tags)

    def save_body(self, folder: Path) -> None:
        """Write the body, without the classifier, as a checkpoint that `warm` starts from."""
        self.body.network.save_pretrained(folder)
