"""The services of Ratebook; none of them imports another."""
