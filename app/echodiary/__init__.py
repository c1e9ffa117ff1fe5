"""EchoDiary: a small diary service."""
