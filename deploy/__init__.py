"""How the suite is run: on one machine (local), with a sample company, and on real servers."""
