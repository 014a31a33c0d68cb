"""Eyes: from colour pictures to depth, and from there to voxels (paper, section 3.1)."""
