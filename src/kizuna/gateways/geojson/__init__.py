"""GeoJSON (RFC 7946), for maps: rows as points, or tracks and objects as lines."""
