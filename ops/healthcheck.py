"""Exit 0 where the worker on this machine takes events, 1 where it does not: for HEALTHCHECK."""

import os
import sys
from urllib.error import URLError
from urllib.request import urlopen


def main() -> None:
    """Ask the worker's metrics page, on the port that `UPNEXT_METRICS_PORT` names."""
    url = f"http://127.0.0.1:{os.environ.get('UPNEXT_METRICS_PORT', '9464')}/metrics"
    try:
        with urlopen(url, timeout=3) as page:
            lines = page.read().decode().splitlines()
    except (URLError, TimeoutError, ConnectionError) as error:
        sys.exit(f"{url} does not answer: {error}")
    if "upnext_ready 1.0" not in lines:
        sys.exit(f"{url} answers, but the worker takes no events yet")


if __name__ == "__main__":
    main()
