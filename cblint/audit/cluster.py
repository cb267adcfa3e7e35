"""The workers of a Dask cluster: many machines that see the same files at the same paths."""

from __future__ import annotations

from concurrent.futures import Executor

from distributed import Client

from cblint.audit.pool import NoWorkers


class Cluster:
    """Those of the scheduler at an address, such as ``tcp://10.0.0.1:8786``. Raises NoWorkers."""

    def __init__(self, address: str) -> None:
        try:
            self._client = Client(address, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise NoWorkers(f"The cluster at {address} does not answer: {error}") from None
        self.many = max(sum(worker["nthreads"] for worker in self._workers().values()), 1)
        self._executor = self._client.get_executor(pure=False)  # type: ignore[no-untyped-call]

    def _workers(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = self._client.scheduler_info(n_workers=-1)["workers"]
        return found

    def executor(self) -> Executor:
        found: Executor = self._executor
        return found

    def alone(self) -> Executor:
        return self.executor()

    def at_work(self) -> bool:
        return bool(self._workers())

    def broken(self) -> None:
        """The scheduler gives what a worker had to others, or says that too many have died of it."""

    def close(self, at_once: bool) -> None:  # noqa: ARG002 - what nobody waits for, the scheduler gives up
        self._client.close()  # type: ignore[no-untyped-call]
