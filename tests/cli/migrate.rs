//! `tokmon migrate`: a log of the older format, whole, before and after.
