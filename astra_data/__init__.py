"""Episodes to shards: the only room that sees the simulator, the expert and both stacks at once.

What is learned is taught here and nowhere else: drives of the privileged expert become documented
records on disk, which training reads without knowing the simulator. Never part of a running stack.
"""
