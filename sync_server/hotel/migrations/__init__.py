"""The hotel context's schema, revision by revision (`versions`), run by `store.migrations`."""
