-- +goose Up
-- known_user lists all users by the index alone. erased is who was erased on request, and when; done is 0 until every block
-- has been gone through.
CREATE VIEW known_user AS SELECT id FROM user_state INDEXED BY user_known;
CREATE TABLE erased (id BLOB NOT NULL, at INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (id)) WITHOUT ROWID;
