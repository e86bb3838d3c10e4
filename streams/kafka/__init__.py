"""Apache Kafka: a broker of our own where there is none, and the topics on whichever there is.

jars -> properties -> process -> keeper -> embedded -> broker_for(settings)
"""
