"""What Table Store holds: instances, their tables, and the rows of those. Knows no request."""
