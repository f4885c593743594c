"""Cards: a picture, a logo and words laid out on a ground of given colours."""
