"""The release day: a checklist of steps, a verdict of go or no-go, and the evidence for it."""
