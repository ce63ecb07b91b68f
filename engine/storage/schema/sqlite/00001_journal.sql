-- +goose Up
-- user_state.seq is the block that holds the snapshot's mark; tail holds records after the snapshot, folded in from the
-- journal up to block tail_seq. user_known exists so that all users can be listed without reading their states.
CREATE TABLE journal (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, records INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE user_state (room BLOB NOT NULL, user BLOB NOT NULL, seq INTEGER NOT NULL, state BLOB,
	tail_seq INTEGER NOT NULL DEFAULT 0, tail BLOB, PRIMARY KEY (room, user)) WITHOUT ROWID;
CREATE INDEX user_known ON user_state (room, user);
CREATE TABLE fact (kind TEXT NOT NULL, shop BLOB NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL,
	PRIMARY KEY (kind, shop, key)) WITHOUT ROWID;
CREATE INDEX fact_age ON fact (kind, at);
