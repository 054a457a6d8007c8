"""What stands on paper: from a `domain.outward.PaperJob` to a `hardware.documents.Document`.

Rule: pure. Imports the domain, the plain types of `hardware` (`documents`, the headings of the
`spooler`) and Babel, so that the server and a terminal without its server print the same ticket.
`composing` is the door; `kitchen`, `guest` and `drawer` hold the documents, `rows` and `names` what
they share, `words` what they say, `figures` how sums, times and quantities are written.
Who prints, where and how often: `sync_server.effects.printing`.
"""
