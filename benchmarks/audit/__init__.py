"""Audits at size: a generated export, hand-written SQL for six rules, and the table engine beside it."""
