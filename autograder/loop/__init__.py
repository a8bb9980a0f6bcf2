"""The loop of a student's work: a file is saved, its topic is graded in the warm process, the page is painted anew."""
