"""Logs without secrets: the server's own lines name addresses, and an address may hold a token."""

import logging

LOGGERS = ("uvicorn.error", "uvicorn.access")


class WithoutQueries(logging.Filter):
    """Cuts off what follows the question mark of an address."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through, without queries."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                one.partition("?")[0] if isinstance(one, str) else one for one in record.args
            )
        return True


_FILTER = WithoutQueries()


def be_discreet() -> None:
    """Have the server's loggers leave queries out; doing it again changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
