"""The hands: Faust agents, the command line, metrics, settings and the embedded broker."""
