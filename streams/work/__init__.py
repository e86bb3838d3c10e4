"""What the workers do with a message, whoever drives them: no client of Kafka in here.

A driver reads messages, hands them to a piece of work with the tables of their partition, and
makes what comes back durable: writes to tables, outputs, offsets. `streams.agents` is driven by
Faust, `streams.transactions` by Kafka transactions, and the tests by a log in memory.
"""
