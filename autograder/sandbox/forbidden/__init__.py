"""What an exercise forbids, looked for in a student's process: in the source before it runs, and while it runs."""
