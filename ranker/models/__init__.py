"""The ladder of models, each for as much evidence as it needs; `policy` says whose word counts.

    nearest  ->  logistic  ->  perceptron | sequence
    one class    both classes  many acts    long or changing sessions

Each takes arrays and gives arrays. What the last two add is a residual on top of the classifier's
log-odds, so a score stays a sum of told terms.
"""

REACH = 3.0
"""Log-odds that a model beyond the classifier adds to a track at most, either way: half of what a
wish weighs by default, for words outweigh behaviour (P76a)."""
