-- +goose Up
-- From here on the records of a block may be packed (codec/pack.go), which a liveroom of before does not read.
SELECT 1;
