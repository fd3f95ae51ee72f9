"""Long work: a queue in the store, tasks by kind, and the worker process."""
