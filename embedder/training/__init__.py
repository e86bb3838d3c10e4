"""Audio and texts -> a space: two towers pulled together by the contrastive loss."""
