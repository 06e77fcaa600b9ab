"""Clients on loopback: keep-alive connections with cookies, several at a time, and their latencies."""

from __future__ import annotations

import http.client
import re
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

CSRF = re.compile(r'name="csrf(?:_token|middlewaretoken)" value="([^"]+)"')


class Client:
    """One browser: a connection, its cookies."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str]:
        """Return status and text of a page."""
        return self._ask("GET", path, None, {})[:2]

    def post(self, path: str, form: Mapping[str, str]) -> tuple[int, str, str]:
        """Return status, text and the address led to after sending *form*."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(form).encode(), kind)

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, str]:
        """Return the same after sending bytes with headers."""
        return self._ask("POST", path, body, headers)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**headers, **({"Cookie": cookies} if cookies else {})}
        self._connection.request(method, path, body, sent)
        answer = self._connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()
        return answer.status, text, answer.headers.get("Location", "")


def token_in(page: str) -> str:
    """Return the token against forged forms that *page* carries."""
    found = CSRF.search(page)
    return found[1] if found else ""


@dataclass(slots=True)
class Run:
    """What several clients did in a while. latencies: seconds of each request that went well."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return requests a second that went well."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def milliseconds(self, share: float) -> float:
        """Return the latency that *share* of the requests kept to."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3 if ordered else 0.0


def hammer(makers: Sequence[Callable[[], Callable[[int], str]]], seconds: float) -> Run:
    """Let one client for each maker work for *seconds*; a call returns what went wrong, else nothing."""
    run, lock, ready = Run(), threading.Lock(), threading.Barrier(len(makers) + 1)
    ends: list[float] = []

    def work(make: Callable[[], Callable[[int], str]]) -> None:
        latencies, failures = [], []
        try:
            once = make()
            once(-1)
        finally:
            ready.wait()
        until, number = time.perf_counter() + seconds, 0
        while (start := time.perf_counter()) < until:
            wrong = once(number)
            number += 1
            if wrong:
                failures.append(wrong)
            else:
                latencies.append(time.perf_counter() - start)
        with lock:
            run.latencies += latencies
            run.failures += failures
            ends.append(time.perf_counter())

    threads = [threading.Thread(target=work, args=(make,)) for make in makers]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    run.seconds = max(ends, default=start) - start
    return run


def timed(call: Callable[[int], str], count: int) -> Run:
    """Make *count* calls one after the other."""
    run, begun = Run(), time.perf_counter()
    for number in range(count):
        start = time.perf_counter()
        wrong = call(number)
        if wrong:
            run.failures.append(wrong)
        else:
            run.latencies.append(time.perf_counter() - start)
    run.seconds = time.perf_counter() - begun
    return run


def median(values: list[float]) -> float:
    """Return the median, 0 of nothing."""
    return statistics.median(values) if values else 0.0
