"""What a run is trained to bring down."""
