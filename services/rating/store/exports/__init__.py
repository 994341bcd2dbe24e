"""Export runs: claimed, sent, answered, withdrawn and shown."""
