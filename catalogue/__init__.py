"""The music that ships with upnext, and the composer that made it.

brief -> composed by rule, or a public-domain score arranged -> piece -> MIDI -> audio

Every piece is drawn from a seed and comes with its facts: instruments, tempo, energy, mood.
The facts stay out of the audio files; the product has to hear them.
"""
