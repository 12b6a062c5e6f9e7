"""One log line when the authorization server is lost, and one when it is back; not one for each call in between."""

import logging
import threading

_log = logging.getLogger("gatelodge.guard")


class Reachable:
    """Whether an address answered the last time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._answers = True

    def lost(self, reason: str) -> None:
        """It did not; `reason` holds nothing secret."""
        with self._lock:
            was, self._answers = self._answers, False
        if was:
            _log.error("tokens can't be verified: %s: %s", self._address, reason)

    def found(self) -> None:
        """It did."""
        with self._lock:
            was, self._answers = self._answers, True
        if not was:
            _log.info("tokens can be verified again: %s answers", self._address)
