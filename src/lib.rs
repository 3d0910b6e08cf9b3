//! Route roles for web services.
