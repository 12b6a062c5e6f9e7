"""OAuth 2.0 rules, one module per grant or extension: values in, a decision out.

Nothing here waits, stores, logs, reads a clock or draws a random number; whoever calls brings those
along as arguments. A refusal is returned, not raised: a raise would roll the transaction back, and
with it the revocation that a replayed code must cause.
"""
