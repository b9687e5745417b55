"""Saved searches and what they find among new articles: kept, matched, told by feed, e-mail and webhook."""
