"""Rasa's logistic regression on weighed features.

Rasa's own counts every word and every bit of a word alike and fixes how bold the model may be: one
lonely word then says little, and the more intents there are, the less sure it is of any of them.
Here features count the more the rarer they are (tf-idf), each message counts the same however
long it is, and the boldness `C` is a setting.
"""

from typing import Any

import skops.io
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TfidfLogisticRegression(LogisticRegressionClassifier):
    """Settings are those of Rasa's classifier, and `C`: how far training examples are trusted."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**LogisticRegressionClassifier.get_default_config(), "C": 100.0}

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(config, name, model_storage, resource)
        settings = {key: self.config[key] for key in ("C", "max_iter", "solver", "tol")}
        self.clf = make_pipeline(
            TfidfTransformer(sublinear_tf=True),
            LogisticRegression(
                class_weight="balanced", random_state=self.config["random_state"], **settings
            ),
        )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> "TfidfLogisticRegression":
        """Load it from the model. Rasa's own takes the sparse matrix in it for untrusted."""
        component = cls(config, execution_context.node_name, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            path = folder / f"{resource.name}.skops"
            kinds = skops.io.get_untrusted_types(file=path)
            trusted = [kind for kind in kinds if kind.startswith("scipy.sparse.")]
            component.clf = skops.io.load(path, trusted=trusted)
        return component
