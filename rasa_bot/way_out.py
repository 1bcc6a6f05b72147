"""Rules that hold in the middle of a form, before the form itself is asked."""

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_TWO_STAGE_FALLBACK_NAME
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

#: Never an answer to a form's question. Rasa would offer even these to the form first, and that
#: asks the action server: with the server down, nobody got out.
WAYS_OUT = frozenset(
    {"human_handoff", "trigger_handoff", "connect_now", "never_mind", "handback", "handoff"}
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, True)
class WayOutRulePolicy(RulePolicy):
    """Rasa's rules, with a way out of every form that needs nobody's consent."""

    @staticmethod
    def _find_action_from_loop_happy_path(
        tracker: DialogueStateTracker,
    ) -> tuple[str | None, str | None]:
        # The fallback is a loop too, but finds out by itself what it was not asked for.
        in_form = tracker.active_loop_name not in {None, ACTION_TWO_STAGE_FALLBACK_NAME}
        said = tracker.latest_message
        is_way_out = said is not None and said.intent.get("name") in WAYS_OUT
        if in_form and is_way_out and not _has_run_since(tracker):
            return None, None
        return RulePolicy._find_action_from_loop_happy_path(tracker)  # noqa: SLF001 - our own base


def _has_run_since(tracker: DialogueStateTracker) -> bool:
    """Say whether a rule has brought the form back since the person's last words."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, ActionExecuted) and event.action_name == tracker.active_loop_name:
            return True
    return False
