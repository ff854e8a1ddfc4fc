"""The acts: what somebody does or what befalls the machine, one part of the stage each."""
