"""The network, as it is trained and as it ships."""
