"""The second driver: the same work as `streams.agents`, in Kafka transactions, without Faust.

    topics -> Batch -> fold over an Overlay -> one transaction -> the overlay becomes the rows
                 rows, outputs and offsets: all of them or none

What a batch of events changes, what it has to say, and how far it was read reach the broker in
one transaction, as in Kafka Streams. So nothing is lost and nothing is doubled, whatever dies and
whenever, and without looking at an event's id. Whoever reads the outputs must be `read_committed`,
or sees what was aborted.

The engines are different consumer groups with different tables: one that is switched to reads the
topics from their beginning. By the law that a session is the set of its events it ends with the
rows and the queues of the other; in between it publishes what was published before.

    tables, batch -> fold            pure: rows, what has been read, what comes of it
    restore, transaction -> driver   Kafka: rows of an assignment, one commit, the loop
    supervision -> worker            what is made anew after a fault, and what is not
"""
