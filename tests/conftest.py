"""What all tests share."""

from hypothesis import settings

# How fast an example runs says something about the machine, nothing about the law.
settings.register_profile("upnext", deadline=None)
settings.load_profile("upnext")
