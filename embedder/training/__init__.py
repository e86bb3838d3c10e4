"""Audio and texts -> a space: two towers pulled together by the contrastive loss.

`train_space` in `train` is the way in. A configuration (`config`) names a recipe (`recipes`), which
knows its towers, what it shows them and what it is judged by; the loop (`loop`) knows the rest:
gradients of batches larger than memory (`gradients`), what moves the weights (`optimiser`), half
precision (`precision`), several processes (`world`), checkpoints (`checkpoint`) and the losses as
lines and picture (`journal`). All that is random follows from seed and step (`chance`).
"""
