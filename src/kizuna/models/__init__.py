"""Mathematics that the simulator and the tracker share."""
