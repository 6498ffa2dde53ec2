@rem npm scripts say `exec` so that a signal to npm reaches Node itself, not a shell in between. Windows has no such command: this is it.
@%*
