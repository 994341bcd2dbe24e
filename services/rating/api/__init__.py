"""The HTTP edge of rating, with one router for each noun."""
