"""Runs `gatelodge` commands, each in a process of its own, without the second that importing it takes each time.

This process imports the program once. For each order, a line of JSON on standard input, it forks; the child takes the
command's words, environment, standard input and output, and runs it to its end. The answer is its exit status.
"""

import json
import os
import signal
import sys
import traceback
from typing import Any, NoReturn

import gatelodge.app  # what takes long
import gatelodge.cli

MOST = 60  # seconds that a command may take before it is killed


def become(order: dict[str, Any]) -> NoReturn:
    """Be the process that the order asks for, to its end."""
    signal.alarm(MOST)
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        os.dup2(os.open(order[name], os.O_RDWR), descriptor)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["gatelodge", *order["words"]]
    status: Any = 1
    try:
        gatelodge.cli.main()
    except SystemExit as ended:
        status = ended.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # to take down all that was imported, page by page, would take longer than the command did


def run() -> None:
    """Carry out orders until there are no more."""
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            become(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


run()
