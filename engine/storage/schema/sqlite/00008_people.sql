-- +goose Up
-- Keys under which people's names are sealed that stand elsewhere, as in the audit log: whoever is erased loses his. id is the
-- user's, number a key's own, which what it has sealed names; data is the key, sealed.
CREATE TABLE person_key (number INTEGER NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (number));
CREATE INDEX person_keys ON person_key (id);
