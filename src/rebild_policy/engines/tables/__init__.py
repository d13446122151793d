"""Rules as relational queries: the engine for audits. It needs the extra `rebild_policy[audit]`."""
