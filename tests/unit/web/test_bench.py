"""What is known of a draft's text is worked out once, however many pages ask for it at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from sopwith.web.studio.bench import Bench, bench_of
from tests.support.shop import files


def test_those_who_ask_at_the_same_time_get_one_and_the_same_bench() -> None:
    texts = {**files(), "shop/more.yaml": "kind: team\nid: bench-makers\ntitle: {en: A, zh-CN: 甲}\n"}  # fmt: skip
    gate = threading.Barrier(4)

    def ask(_number: int) -> Bench:
        gate.wait(30)
        return bench_of(dict(texts))

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(ask, range(4)))
    assert all(one is made[0] for one in made)
    assert "bench-makers" in made[0].partly.teams
