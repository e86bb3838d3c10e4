"""The session ranker: pure functions from the events of a session to its queue.

    state, update = step(state, event, library, config)

event -> history -> examples, wishes -> preference -> candidates -> queue -> update
"""
