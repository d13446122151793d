"""For tests of case systems: `assert_compliant`. The plugin for pytest gives it as a fixture, with a policy and a day."""

from rebild_policy.testing.assertions import assert_compliant

__all__ = ["assert_compliant"]
