"""Data protection: notices for everybody; cases, documents and retention for those who handle them."""
