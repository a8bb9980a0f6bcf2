"""Ways out: scores and feedback in the shapes that learning platforms take."""
