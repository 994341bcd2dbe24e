"""The wire types of rating: what goes in and out over HTTP and CSV."""
