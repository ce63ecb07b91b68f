-- +goose Up
-- Everything is sealed from here on; whoever migrates has made sure that there is nothing yet. Every BLOB but an id is
-- sealed; an id is a seal.ID.
DROP TABLE user_state;
DROP TABLE fact;
CREATE TABLE data_key (id INTEGER PRIMARY KEY, purpose TEXT NOT NULL, created INTEGER NOT NULL, master TEXT NOT NULL,
	wrapped BLOB NOT NULL);
CREATE TABLE user_state (id BLOB NOT NULL, seq INTEGER NOT NULL, state BLOB, tail_seq INTEGER NOT NULL DEFAULT 0,
	tail BLOB, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE INDEX user_known ON user_state (id);
CREATE TABLE fact (id BLOB NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 0,
	data BLOB NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE INDEX fact_age ON fact (kind, at);
