"""The pure core: who may speak on a thread.

No clock, no database, no network, no settings in this folder. Time arrives in events.
"""
