"""The HTTP edge of rating, one router a noun."""
