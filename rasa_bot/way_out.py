"""Rules that hold in the middle of a form, before the form itself is asked."""

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_TWO_STAGE_FALLBACK_NAME
from rasa.shared.core.trackers import DialogueStateTracker

#: Never an answer to a form's question. Rasa would offer even these to the form first, and that
#: asks the action server: with the server down, nobody got out.
WAYS_OUT = frozenset({"human_handoff", "trigger_handoff", "connect_now", "never_mind", "handback"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, True)
class WayOutRulePolicy(RulePolicy):
    """Rasa's rules, with a way out of every form that needs nobody's consent."""

    @staticmethod
    def _find_action_from_loop_happy_path(
        tracker: DialogueStateTracker,
    ) -> tuple[str | None, str | None]:
        said = tracker.latest_message
        just_said = tracker.latest_action_name == ACTION_LISTEN_NAME and said is not None
        # The fallback is a loop too, but finds out by itself what it was not asked for.
        in_form = tracker.active_loop_name not in {None, ACTION_TWO_STAGE_FALLBACK_NAME}
        if in_form and just_said and said.intent.get("name") in WAYS_OUT:
            return None, None
        return RulePolicy._find_action_from_loop_happy_path(tracker)  # noqa: SLF001 - our own base
