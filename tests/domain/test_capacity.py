"""Whether a wave fits into what the batch services take: requests in a batch, bytes, the queue."""

import pytest

from inventory.domain.capacity import Load, fits


@pytest.mark.parametrize(
    ("load", "batches", "is_fine", "words"),
    [
        (Load("anthropic", 3_000_000, 3e6), 1, True, "1 batch a day; fits the queue from tier Start on (200,000 requests)"),
        (Load("anthropic", 3_000_001, 3e6), 2, True, "2 batches a day; fits the queue from tier Start"),
        (Load("aws", 6_000_001, 3e6), 3, True, "fits the queue from tier Build on (300,000 requests)"),
        (Load("anthropic", 15_000_001, 3e6), 6, False, "more than the queue of tier Scale holds"),
        (Load("anthropic", 45_000_000, 3e6), 15, False, "send it in 3 rounds"),
        (Load("anthropic", 3_000, 3_000 * 1_000_000.0), 2, True, "2 batches a day"),  # 100 a day of 4 MB: 400 MB
        (Load("bedrock", 3_000_000, 3e6), 2, True, "one model a job"),
        (Load("vertex", 3_000_000, 3e6), None, True, "four jobs at a time"),
        (Load("foundry", 3_000_000, 3e6), None, True, "not known to Batchline"),
        (Load("anthropic", 30, 30 * 65_000_000.0), 2, False, "one request is larger than a batch of 256 MB"),
    ],
)  # fmt: skip
def test_a_day_is_held_against_the_limits(load: Load, batches: int | None, is_fine: bool, words: str) -> None:
    (fit,) = fits([load])
    assert (fit.batches, fit.fits) == (batches, is_fine)
    assert words in fit.words


def test_nothing_to_send_needs_no_line() -> None:
    assert fits([Load("anthropic", 0, 0)]) == []
