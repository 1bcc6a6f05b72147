"""What lines are to reach. Each figure is of a pair of rounds that followed one another."""

from benchmarks.line import Goal, Sample


def rate_of(least: float | None) -> Goal:
    """Ask for this share of the baseline's rate; with None the share is only told."""
    return Goal(lambda baseline, subject: subject.rate / baseline.rate, least, "of the rate")


def rate(least: float) -> Goal:
    """Ask for so many a second."""
    return Goal(lambda _, subject: subject.rate, least, "a second")


def millis(percent: int, most: float, *, pooled: bool = False) -> Goal:
    """Ask that so many of a hundred take no longer, in milliseconds.

    With ``pooled`` so many of all rounds' together, where one has too few.
    """
    return Goal(
        lambda _, subject: subject.millis(percent),
        most,
        f"ms, p{percent}",
        at_most=True,
        pooled=pooled,
    )


def seconds(most: float) -> Goal:
    """Ask that a round takes no longer."""
    return Goal(lambda _, subject: subject.seconds, most, "s", at_most=True)


def times_lower(percent: int, least: float) -> Goal:
    """Ask that the baseline's percentile is so many times the subject's."""

    def figure(baseline: Sample, subject: Sample) -> float:
        return baseline.millis(percent) / subject.millis(percent)

    return Goal(figure, least, f"times lower, p{percent}")


def micros_of(most: float) -> Goal:
    """Ask for no more than this multiple of the baseline's CPU for each."""
    return Goal(
        lambda baseline, subject: subject.micros / baseline.micros, most, "of the CPU", at_most=True
    )


def megabytes_of(most: float, only: str = "") -> Goal:
    """Ask for no more than this multiple of the baseline's memory.

    ``only`` says over what it is measured, where that is less than what is asked for.
    """
    return Goal(
        lambda baseline, subject: subject.megabytes / baseline.megabytes,
        most,
        "of the memory",
        at_most=True,
        only=only,
    )
