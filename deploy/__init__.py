"""Running the suite: on one machine (local), with a sample company, and on real servers."""
