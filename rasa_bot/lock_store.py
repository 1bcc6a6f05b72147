"""A Redis lock store that waits for a Redis that is away for a moment.

Rasa's own gives up at the first refused connection, and the REST channel then answers with nothing,
which is taken for a bot that has failed.
"""

from typing import Any

from rasa.core.lock_store import RedisLockStore
from rasa.utils.endpoints import EndpointConfig
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

#: Seconds between two tries, and how many: the bridge gives up before, and asks again.
PAUSE = 0.2
TRIES = 50


class PatientRedisLockStore(RedisLockStore):
    """Rasa's lock store, with the same settings in the endpoints file."""

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        super().__init__(host=endpoint_config.url, **endpoint_config.kwargs)
        trying_again: dict[str, Any] = {
            "retry": Retry(ConstantBackoff(PAUSE), TRIES),
            "retry_on_error": [NoConnection, NoAnswer, OSError],  # the last: while it connects
        }
        self.red.connection_pool.connection_kwargs.update(trying_again)
