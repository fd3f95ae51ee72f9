"""Maps drawn by libraries: pictures by matplotlib, pages to send by folium."""
