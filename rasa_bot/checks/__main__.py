"""Measure the bot: `python -m rasa_bot.checks messages|measure|compare MODEL`, in rasa_bot/.

`scripts/bot_quality.py` calls this in Rasa's environment.
"""

import asyncio
import hashlib
import json
import logging
import sys
from pathlib import Path

import ruamel.yaml
from rasa.utils.log_utils import configure_structlog

from rasa_bot.checks import cross_validation, page_messages, picture
from rasa_bot.checks.document import fill_in
from rasa_bot.checks.figures import Figures, Messages, Understanding, too_good

BOT = Path(__file__).resolve().parent.parent
DOCS = BOT.parent / "docs"
DOCUMENT = DOCS / "bot-quality.md"
PICTURE = DOCS / "pictures" / "bot-quality.png"
KEPT = Path(__file__).with_name("figures.json")


def messages(model: str) -> Messages:
    """Send the messages of page_messages.yml; print each miss and the sums."""
    contacts = asyncio.run(page_messages.contact_all(model))
    return page_messages.report(contacts)


def understanding() -> Understanding:
    """Cross-validate; print the sums at the bot's own threshold."""
    config = ruamel.yaml.YAML(typ="safe").load(BOT / "config.yml")
    (fallback,) = (part for part in config["pipeline"] if part["name"] == "FallbackClassifier")
    guesses = asyncio.run(cross_validation.cross_validate(BOT))
    figures = Understanding.of(guesses, fallback["threshold"], fallback["ambiguity_threshold"])
    count = figures.overall
    sys.stdout.write(
        f"rasa: cross-validation of {count.total} examples at {figures.threshold}: {count.right} "
        f"right, {count.not_understood} not understood, {count.wrong} wrong\n"
    )
    return figures


def measure(model: str) -> int:
    """Write figures, document and picture anew."""
    figures = Figures(messages(model), understanding())
    text = json.dumps(figures.as_json(), indent=1) + "\n"
    KEPT.write_text(text)
    DOCUMENT.write_text(fill_in(DOCUMENT.read_text(), figures))
    picture.draw(figures.understanding, PICTURE, hashlib.sha256(text.encode()).hexdigest())
    sys.stdout.write("rasa: written: docs/bot-quality.md, its picture, and checks/figures.json\n")
    return 0


def compare(model: str) -> int:
    """Fail if the bot misses its aim, or is worse than the figures that are kept."""
    figures = Figures(messages(model), understanding())
    missed = not page_messages.is_good_enough(figures.messages)
    if missed:
        sys.stdout.write("rasa: the aim for the messages to the Page is missed\n")
    if worse := too_good(Figures.from_json(json.loads(KEPT.read_text())), figures):
        sys.stdout.write(
            f"rasa: worse than docs/bot-quality.md says: {', '.join(worse)}. If that is meant, "
            "run `make measure`\n"
        )
    return 1 if worse or missed else 0


def main() -> int:
    """Run one command; 1 if the bot is not as good as that command demands."""
    configure_structlog(logging.ERROR)
    command, model = sys.argv[1:]
    if command == "messages":
        return 0 if page_messages.is_good_enough(messages(model)) else 1
    return {"measure": measure, "compare": compare}[command](model)


if __name__ == "__main__":
    sys.exit(main())
