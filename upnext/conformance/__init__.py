"""Does a client follow a queue as the contract has it? The suite that `upnext conform` runs.

A case is a scripted server: what it answers to the first connection, to the second, and what a
client must hold after each envelope. A client takes part through an adapter, a program of any
language that follows one session and prints what it holds, one JSON line after each envelope that
it applied::

    ADAPTER URL LISTENER SESSION
    {"id": "12-3", "update": {"revision": 12, "slots": [...], ...}}

`story` tells queues and envelopes, `script` what a server does with them, `cases` and `generated`
are the cases, `rules` what each of them tests, `server` plays the script, `run` judges.
"""

from upnext.conformance.cases import CASES
from upnext.conformance.generated import generated
from upnext.conformance.run import Result, program, run, run_all

__all__ = ["CASES", "Result", "generated", "program", "run", "run_all"]
