-- +goose Up
-- What a shop keeps whole, in versions, as its catalogue. id is of its kind and name; data holds the name, who kept it, and it.
CREATE TABLE document (id BLOB NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL,
	PRIMARY KEY (id, version));
