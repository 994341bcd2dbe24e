"""The rules of rating: pure functions over values."""
