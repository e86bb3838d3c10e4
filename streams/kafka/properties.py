"""The embedded broker's settings: one process, loopback only, small."""

DATA = "data"
"""Folder of the logs, below the process's own: a relative path needs no escaping."""


def server_properties(port: int, controller_port: int) -> str:
    """Return `server.properties` for a broker that is its own controller."""
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listeners=BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=BROKER://127.0.0.1:{port}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
log.dirs={DATA}

# Topics are created on purpose; what listeners did is kept for good.
auto.create.topics.enable=false
log.retention.ms=-1

# One broker has one copy of everything, its own topics included.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1

# A lone worker need not wait for others, nor its successor for a dead transaction.
group.initial.rebalance.delay.ms=0
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000

# The default buffer of 128 MB does not fit the heap.
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
background.threads=2
"""
