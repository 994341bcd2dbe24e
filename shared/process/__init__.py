"""What every process needs, whatever it serves: settings, logs, metrics, draining."""
