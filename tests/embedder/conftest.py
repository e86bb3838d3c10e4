import torch

# One window or one clause is too little work to share: threads would only wait for each other.
torch.set_num_threads(1)
