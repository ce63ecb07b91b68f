-- +goose Up
-- What a shop keeps whole, in versions, as its catalogue. id is of its kind and name; data holds the name, who kept it, and it.
CREATE TABLE document (id BYTEA NOT NULL, version BIGINT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, data BYTEA NOT NULL,
	PRIMARY KEY (id, version));
ALTER TABLE document ALTER COLUMN data SET STORAGE EXTERNAL;
