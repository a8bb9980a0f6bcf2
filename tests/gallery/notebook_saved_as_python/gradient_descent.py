{"cells": [{"cell_type": "code", "execution_count": null, "source": ["import numpy as np"]}],
 "nbformat": 4, "nbformat_minor": 5}
