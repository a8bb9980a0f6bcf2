"""Ways in: submissions from wherever a class hands them in."""
