//! Whole logs of the older format, before and after.
