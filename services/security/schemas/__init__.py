"""The wire types of the service: what is sent, what is answered, and the rows of its files."""
