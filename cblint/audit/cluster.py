"""The workers of a Dask cluster: many machines that see the same files at the same paths."""

from __future__ import annotations

import logging
import socket
import warnings
from concurrent.futures import BrokenExecutor, Executor

from distributed import Client, KilledWorker
from distributed.comm.addressing import get_address_host_port, parse_address
from distributed.comm.registry import get_backend

from cblint.audit.pool import NoWorkers

_SECONDS = 10
"""In which a scheduler answers, if it does."""

_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application")
"""Those for which Dask sets a level of its own (distributed/config.py)."""
_SOCKETS = frozenset({"tcp", "tls", "ws", "wss"})


class Cluster:
    """Those of the scheduler at an address, such as ``tcp://10.0.0.1:8786``. Raises NoWorkers."""

    shares = True

    def __init__(self, address: str) -> None:
        for name in _LOGGERS:  # what of it matters is said in sentences
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        warnings.filterwarnings("ignore", module="distributed")
        try:
            _knock(address)
            self._client = Client(address, timeout=_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            said = (isinstance(error, OSError) and error.strerror) or error
            raise NoWorkers(f"The cluster at {address} does not answer: {said}.") from None
        self.many = max(sum(worker["nthreads"] for worker in self._workers().values()), 1)
        self._executor = self._client.get_executor(pure=False)

    def _workers(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = self._client.scheduler_info(n_workers=-1)["workers"]
        return found

    def executor(self) -> Executor:
        found: Executor = self._executor
        return found

    def at_work(self) -> bool:
        return bool(self._workers())

    def has_ended(self, error: BaseException) -> bool:
        return isinstance(error, (BrokenExecutor, KilledWorker))

    def close(self, at_once: bool) -> None:  # noqa: ARG002 - what nobody waits for, the scheduler gives up
        self._client.close()


def _knock(address: str) -> None:
    """Raise OSError or ValueError at once for an address at which nobody is: a client would go on asking."""
    scheme, _ = parse_address(address)
    get_backend(scheme)
    host, port = get_address_host_port(address)
    if scheme in _SOCKETS:
        socket.create_connection((host, port), timeout=_SECONDS).close()
