"""The pages of the back office: a package, so that its browser ends with its last test."""
