"""The bot, over Rasa's REST channel."""
