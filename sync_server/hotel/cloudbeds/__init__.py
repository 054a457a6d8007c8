"""A link to a property system's web API of the Cloudbeds shape: whole checks onto a folio."""
