-- +goose Up
-- Of a reservation at says when it ceased to matter, and the version which of two is the later; facts have none.
ALTER TABLE fact ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
