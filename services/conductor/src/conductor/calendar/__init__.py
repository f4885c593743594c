"""What is done again and again, by schedules that the database keeps."""
