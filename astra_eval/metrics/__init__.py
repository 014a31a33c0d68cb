"""Numbers by which Astra is judged, one family a file."""
