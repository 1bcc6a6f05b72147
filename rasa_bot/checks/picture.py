"""Draw what the examples of each intent are taken for."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from rasa_bot.checks.figures import HANDOFF, NOT_UNDERSTOOD, Understanding

mpl.use("Agg")

#: The darkest blue still lets black text be read on it.
COLOURS = mpl.colors.LinearSegmentedColormap.from_list("share", ["#ffffff", "#8fbbe6"])
WRONG = "#b3261e"


def draw(figures: Understanding, path: Path, made_of: str) -> None:
    """Write the picture; ``made_of`` is kept in it and tells which figures it shows."""
    rows = sorted(figures.taken_for, key=lambda intent: (intent != HANDOFF, intent))
    columns = [*rows, NOT_UNDERSTOOD]
    counts = np.array([[figures.taken_for[row].get(each, 0) for each in columns] for row in rows])
    side = 3.2 + 0.42 * len(rows)
    figure, axes = plt.subplots(figsize=(side + 1, side), layout="constrained", facecolor="white")
    axes.imshow(counts / counts.sum(axis=1, keepdims=True), cmap=COLOURS, vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            wrong = column not in (row, len(rows))
            style = {"color": WRONG, "fontweight": "bold"} if wrong else {"color": "black"}
            axes.text(column, row, str(count), ha="center", va="center", fontsize=9, **style)
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right", fontsize=9)
    axes.set_yticks(range(len(rows)), rows, fontsize=9)
    axes.set_xticks(np.arange(len(columns)) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows)) - 0.5, minor=True)
    axes.grid(which="minor", color="#dddddd", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("what the model took it for")
    axes.set_ylabel("intent of the example")
    axes.set_title(
        f"{figures.overall.total} training examples, each asked of a model trained without it\n"
        f"threshold {figures.threshold:.2f}; wrong guesses in red; colour: share of the intent",
        fontsize=10,
        loc="left",
    )
    figure.savefig(path, dpi=110, metadata={"Software": None, "Description": made_of})
