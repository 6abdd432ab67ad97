"""What lies around a run on Apache Spark: the session, what is read, and what is written."""
