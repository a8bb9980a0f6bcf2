"""An auto-graded deep-learning course: starters, hidden references, graders that explain."""
