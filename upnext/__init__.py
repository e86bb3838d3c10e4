"""What applications use: a client of the gateway, the queue it follows, ranking on the device."""
