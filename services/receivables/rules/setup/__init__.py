"""What is set up once, and what must fit together among it; one module a subject."""
