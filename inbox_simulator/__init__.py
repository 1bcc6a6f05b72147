"""Stands in for Facebook Messenger and the Page Inbox on a machine without an account at Meta."""

from inbox_simulator.server import Simulator

__all__ = ["Simulator"]
