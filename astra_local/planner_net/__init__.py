"""Learned planning heads (paper, section 3.3). Torch is imported at the top of these files."""
