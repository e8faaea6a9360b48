-- +goose Up

-- The contact's message that took this one back, 0 for none: nothing of it may be kept, nor of what comes of it again.
ALTER TABLE message ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;
