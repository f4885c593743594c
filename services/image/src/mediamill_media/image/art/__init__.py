"""The drawings: SVG templates by group, rigs for people and animals, and the inks that colour them."""
