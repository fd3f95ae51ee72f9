"""What people see: pages, the map, tables and charts."""
