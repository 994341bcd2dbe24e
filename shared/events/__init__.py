"""Events that survive: outbox and relay on the way out, consumer, inbox and dead letters on the way in."""
