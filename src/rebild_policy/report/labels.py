"""Labels, for the faces of the report."""

from rebild_policy.labels import *  # noqa: F403
