"""The time that a search still takes, by a law: a made clock, workers of known speed, networks of known size."""

from __future__ import annotations

import heapq
import random

import pytest

import nas
from nas.runs.record import Evaluation
from nas.runs.time_left import LEAST, Took, WorkClock, seconds_left
from small_search import GENOME, small_config

CONSTANT_S, PER_SIZE_S = 0.4, 2e-4


class MadeSearch:
    """Generations of networks on workers that each prepare for a while; a repeat takes the training alone."""

    def __init__(self, workers, population, generations, rounds=0, *, preparing_s=8.0, training_share=0.25, seed=0):
        self.chance = random.Random(seed)
        self.workers, self.population = workers, population
        self.generations, self.rounds = generations, rounds
        self.preparing_s, self.share = preparing_s, training_share
        self.seen: list[tuple[int, float, float | None]] = []

    def run(self) -> float:
        clock = WorkClock(self.workers, population=self.population, num_rounds=self.rounds)
        free = [(0.0, worker) for worker in range(self.workers)]
        prepared: set[int] = set()
        number = 0
        for generation in range(self.generations):
            again = generation >= self.generations - self.rounds
            sizes = sorted(
                (2.0 ** self.chance.randint(2, 10) * self.chance.randint(2, 6) for _ in range(self.population)),
                reverse=True,
            )
            clock.begin(sizes, again=again)
            back = []
            for size in sizes:
                at, worker = heapq.heappop(free)
                work = CONSTANT_S + PER_SIZE_S * size
                work *= self.share if again else 1.0
                if worker not in prepared:
                    prepared.add(worker)
                    work += self.preparing_s
                back.append((at + work, size, work))
                heapq.heappush(free, (at + work, worker))
            for at, size, work in sorted(back):
                clock.note([size], [self.came_back(work, again=again)], at)
                number += 1
                self.seen.append((number, at, clock.left_s(self.generations - 1 - generation, at)))
            end = max(at for at, _ in free)
            free = [(end, worker) for _, worker in free]  # a generation waits for its last network
            heapq.heapify(free)
        return max(at for at, _ in free)

    def came_back(self, work, *, again):
        training = work if again else self.share * work
        return Evaluation(
            architecture_hash="a", genome=GENOME, state="COMPLETE", training_s=training, costing_s=work - training
        )


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("rounds", [0, 2])
@pytest.mark.parametrize("seed", range(3))
def test_after_ten_networks_the_time_left_is_right_to_a_third(workers, rounds, seed):
    made = MadeSearch(workers, 20, 8, rounds, seed=seed)
    end = made.run()
    _, at, left = made.seen[9]
    assert left == pytest.approx(end - at, rel=1 / 3)
    later = [(left - (end - at)) / (end - at) for _, at, left in made.seen[40:100]]
    assert max(map(abs, later)) < 1 / 3
    assert made.seen[-1][2] == 0.0


def test_the_first_networks_alone_say_nothing():
    made = MadeSearch(2, 20, 3)
    made.run()
    assert [left for _, _, left in made.seen[: 2 + LEAST - 1]] == [None] * (2 + LEAST - 1)
    assert made.seen[2 + LEAST - 1][2] is not None


def test_what_a_pilot_took_serves_until_then():
    before = [Took(size=10.0, count=1, work_s=work, at_s=0.0) for work in (30.0, 2.0, 2.0, 2.0)]
    assert seconds_left([], [10.0] * 6, 4, 1, before) == pytest.approx(20.0)
    assert seconds_left([], [10.0] * 6, 4, 2, before[:1] + before) == pytest.approx(10.0)
    assert seconds_left([], [10.0], 1, 1) is None


def test_groups_count_as_their_networks_and_no_time_is_below_0():
    took = [Took(size=8.0, count=4, work_s=4.0, at_s=4.0 * i) for i in range(1, 7)]
    assert seconds_left(took, [8.0] * 3, 2, 1) == pytest.approx(5.0)
    shrinking = [Took(size=float(i), count=1, work_s=10.0 - i, at_s=float(i)) for i in range(1, 9)]
    assert seconds_left(shrinking, [1000.0], 0, 1) > 0.0


def test_a_search_says_it_as_soon_as_it_can(tmp_path):
    seen = []
    nas.search(small_config(tmp_path, generations=6), tmp_path / "run", progress=seen.append)
    told = [state.left_s for state in seen if state.left_s is not None]
    assert told[-1] == pytest.approx(0.0, abs=1e-9)
    assert all(left >= 0.0 for left in told)
    assert len(told) > len(seen) // 3
