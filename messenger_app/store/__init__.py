"""The durable inbox, the outbox, the conversations and their transcripts.

Functions take a connection, so that the caller says what belongs to one transaction.
"""
