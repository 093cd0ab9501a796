"""A search from its configuration to its front: `nas.search`, `nas.resume`."""
