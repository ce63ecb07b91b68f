-- +goose Up
-- The tables of SQLite's schema of the same number; what they mean is told there.
CREATE TABLE journal (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, records BIGINT NOT NULL, data BYTEA NOT NULL);
-- What is sealed does not compress.
ALTER TABLE journal ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE data_key (id BIGINT PRIMARY KEY, purpose TEXT NOT NULL, created BIGINT NOT NULL, master TEXT NOT NULL,
	wrapped BYTEA NOT NULL);
CREATE TABLE user_state (id BYTEA NOT NULL, seq BIGINT NOT NULL, state BYTEA, tail_seq BIGINT NOT NULL DEFAULT 0,
	tail BYTEA, PRIMARY KEY (id));
ALTER TABLE user_state ALTER COLUMN state SET STORAGE EXTERNAL;
ALTER TABLE user_state ALTER COLUMN tail SET STORAGE EXTERNAL;
CREATE TABLE fact (id BYTEA NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, version BIGINT NOT NULL DEFAULT 0,
	data BYTEA NOT NULL, PRIMARY KEY (id));
CREATE INDEX fact_age ON fact (kind, at);
CREATE VIEW known_user AS SELECT id FROM user_state;
CREATE TABLE erased (id BYTEA NOT NULL, at BIGINT NOT NULL, done BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (id));
