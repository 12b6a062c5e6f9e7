"""The virtual camera: draws what it sees, so that every right can be tried without hardware.

A picture depends on the camera's id, the time and the camera's state, and on nothing else: any node shows the same,
and a recording is drawn again from when it was.
"""
