"""What is known of a device: the record, where it comes from, what is wrong with it."""
