"""`python -m streams` is `upnext`."""

from streams.cli import main

if __name__ == "__main__":
    main()
