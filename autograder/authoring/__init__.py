"""For course authors: starters made from solutions, and the proofs that a topic must pass before release."""
