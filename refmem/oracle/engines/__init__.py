"""Is somebody's inference engine true to its memory between calls? See docs/serving.md."""
