"""The command line: one file a command; `app` is the registry."""
