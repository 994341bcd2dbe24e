"""Reliable events: outbox and relay to publish them, consumer, inbox and dead letters to read them."""
