"""The agents: one Faust app each, so that each scales by itself.

sessions   playback-events, session-commands, understood-intents -> playlist-updates
words      intents -> understood-intents
index      track-vectors, text-vectors -> Qdrant
"""
