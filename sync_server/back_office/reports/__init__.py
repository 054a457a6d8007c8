"""Reports as pure queries: typed rows out of the books; `catalogue` lists them all.

One definition (`report.Report`) makes the page, the files and the drill; `web.report_pages` and
`web.report_files` draw it. Nothing here knows a screen or a language beyond choosing names.
"""
