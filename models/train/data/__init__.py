"""What a run is trained with."""
