//! Both languages from the outside: models, exact messages, real files, random input, and the
//! originals' verdicts.

mod beside;
mod corpus;
mod golden;
mod growth;
mod haproxy_blocks;
mod haproxy_blocks_says;
mod haproxy_checks;
mod haproxy_connections;
mod haproxy_expressions;
mod haproxy_logs;
mod haproxy_model;
mod haproxy_names;
mod haproxy_rules;
mod haproxy_says;
mod keepalived_bad_routes;
mod keepalived_faults;
mod keepalived_findings;
mod keepalived_language;
mod keepalived_model;
mod keepalived_random;
mod keepalived_routes;
mod keepalived_says;
mod keepalived_vmac;
mod meaning;
mod meaning_lines;
mod messages;
mod mutated;
mod originals;
mod random;
mod readers;
mod registered;
mod roundtrip;
mod said;
mod secrets;
mod speed;
