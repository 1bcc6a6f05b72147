"""The bridge: Messenger webhooks in, a Rasa bot and the Page Inbox behind it."""
