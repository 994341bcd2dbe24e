"""Reports: a whole list as a file, written by a job part by part, however many rows it has."""
