"""The collision solver on an NVIDIA GPU: CUDA kernels (the .cu files) and what launches them.

``launch`` holds the sequences of launches, for any device that can run kernels; ``device`` is the GPU, by way of CuPy.
Nothing here loads CuPy or torch before one of their arrays arrives or the GPU is asked for.
"""
