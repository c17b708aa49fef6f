// Package config reads Rollcall's configuration: one YAML file, strictly.
//
// Every mistake is found at once and has a line, a column, a path and, where one can be guessed, a suggestion. Nothing is read twice in
// different ways: the keys and their limits are one table (Reference), from which the decoder, the reference in docs/config.md and the
// JSON Schema come. Scalars keep the text that was written, so a ticker such as 0700, TRUE or 1.10 stays what it is. Anchors, aliases and
// merge keys are refused: a value stands where it is used, so a position names one place and a small file cannot become a large one.
//
// Secrets come from ${ENV}, files and systemd credentials (see package secret). No message, excerpt or encoding of a Config shows one.
package config
