"""Webhooks in: verify, split, store. Meaning comes later, in the worker's parser."""
