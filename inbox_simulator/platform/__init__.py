"""The Messenger Platform as a model: people, threads, thread control, routing, windows.

Pure: nothing in this package knows a clock, a socket, a file or Flask. Time is passed in as
milliseconds since the epoch, and whatever has to leave (a webhook, news for the page) is appended
to a list that the caller drains.
"""
