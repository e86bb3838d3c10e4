"""The session ranker: pure functions from the events of a session to its queue.

    state, update = step(state, event, library, config)

Begin with `session`; each module does one step, in this order:

    history       events folded into the session's set, and what of them is in force
    examples      acts on tracks, as labels and weights
    wishes        words, as signed directions of the space; `filters` what may not be queued
    preference    the session's model of both, `models` the ladder it climbs
    listener      the long-term taste behind it; `group` several listeners in one session
    candidates    what competes, out of the `library`
    queue         scores -> `lineup` -> places, around the `arrangement` of the listener's hand
    reasons       why: every score is a sum of `terms`

Beside them: `language` reads what is said, `compass` names where a session leans, `replay` is the
time machine, `receipts` and `erasure` prove what was taken out.
"""
