"""Cleaning on Apache Spark: where one machine is not enough."""
