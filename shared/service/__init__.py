"""Building a service: the application, its jobs, its metrics and its migrations."""
