"""What a network is: the canonical record, its JSON and hash, its circuit."""
