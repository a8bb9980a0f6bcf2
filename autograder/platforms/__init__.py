"""The same assignment on other platforms: nbgrader, Otter-Grader, Gradescope.

One source makes their notebooks and archives, and one engine gives the scores. What runs inside a platform's own
kernel (`kernel`) uses the standard library only; the platforms' packages are imported where they are needed.
"""
