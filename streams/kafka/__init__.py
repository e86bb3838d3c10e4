"""Apache Kafka: a broker of our own where there is none, and the topics on whichever there is.

jars -> properties -> process -> embedded -> broker_for(settings)
"""
