"""Loading in a thread: progress, results, failures, and cancelling that does not wait."""

import threading

import pytest

from astra_core.errors import LoadingCancelled, WeightsError
from astra_core.loading import NO_PROGRESS, Loading, Progress


class Slow:
    """A job that goes on when it is told to."""

    def __init__(self):
        self.go = threading.Event()
        self.started = threading.Event()
        self.ended = threading.Event()

    def __call__(self, progress):
        try:
            progress(0.4)
            self.started.set()
            assert self.go.wait(10.0)
            progress(0.8)
            return "the model"
        finally:
            self.ended.set()


def test_a_result_comes_after_progress():
    slow, told = Slow(), []
    loading = Loading(slow, lambda: told.append(threading.current_thread().name), "worker")
    assert slow.started.wait(10.0)
    assert (loading.is_done, loading.fraction, str(loading)) == (False, 0.4, "loading 40 %")
    assert not loading.wait(0.0)
    with pytest.raises(RuntimeError, match="before it is there"):
        loading.result()
    slow.go.set()
    assert loading.wait(10.0)
    assert loading.result() == "the model" and str(loading) == "loading 100 %"
    loading.cancel()  # too late
    assert loading.result() == "the model"
    assert told == ["worker"]


def test_what_a_job_raises_is_raised_to_whoever_asks():
    def fail(progress):
        raise WeightsError("cut short")

    loading = Loading(fail)
    assert loading.wait(10.0)
    for _ in range(2):
        with pytest.raises(WeightsError, match="cut short"):
            loading.result()


def test_cancelling_takes_effect_at_once_and_ends_the_job_at_its_next_report():
    slow, told = Slow(), []
    loading = Loading(slow, lambda: told.append(1))
    assert slow.started.wait(10.0)
    loading.cancel()
    assert loading.is_done and told == [1]
    with pytest.raises(LoadingCancelled):
        loading.result()
    assert not slow.ended.is_set()  # it waits for nobody
    slow.go.set()
    assert slow.ended.wait(10.0)
    with pytest.raises(LoadingCancelled):
        loading.result()  # what it returned is dropped
    assert loading.fraction == 0.4 and told == [1]


def test_progress_never_goes_back_nor_beyond_its_ends_and_says_a_hundred_only_when_done():
    box, known, go, reported = [], threading.Event(), threading.Event(), threading.Event()
    seen = []

    def job(progress):
        assert known.wait(10.0)
        for fraction in (0.5, 0.2, -1.0, 7.0):
            progress(fraction)
            seen.append(str(box[0]))
        reported.set()
        assert go.wait(10.0)

    box.append(Loading(job))
    known.set()
    assert reported.wait(10.0)
    assert seen == ["loading 50 %", "loading 50 %", "loading 50 %", "loading 99 %"]
    go.set()
    assert box[0].wait(10.0)


def test_the_parts_of_a_job_share_its_range():
    seen = []
    whole = Progress(seen.append)
    second = whole.part(0.5, 1.0)
    whole.part(0.0, 0.5)(1.0)
    second(0.0)
    second.part(0.5, 1.0)(0.5)
    second(2.0)
    assert seen == [0.5, 0.5, 0.875, 1.0]
    NO_PROGRESS.part(0.0, 0.5)(0.3)
