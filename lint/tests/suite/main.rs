//! The linter from outside: its command line over small services, good and bad.

mod adversarial;
mod bad_input;
mod baseline;
mod browser;
mod byte_search;
mod command_line;
mod determinism;
mod documentation;
mod drift;
mod fixes;
mod fleet;
mod formats;
mod handlers;
mod harness;
mod integrations;
mod json_contract;
mod outputs;
mod permissions;
mod policy_proposal;
mod registry;
mod report_page;
mod rule_fixtures;
mod services;
mod stdin;
mod suppressions;
