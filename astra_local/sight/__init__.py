"""Whether a depth camera can be believed: floor where floor must be, pictures that move rightly."""
