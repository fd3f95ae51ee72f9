"""One script a page, run by Streamlit; nobody imports them."""
