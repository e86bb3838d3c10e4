"""The front door for applications: events and words in by HTTP, queues out as they change.

A thin shell around four parts that know nothing of HTTP: `outbox` and `intake` bring records to
the broker, `hub` follows what the workers answer, `library` knows the tracks. `access` says who may
what, `problems` how a refusal looks.
"""
