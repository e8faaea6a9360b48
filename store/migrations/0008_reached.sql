-- +goose Up

-- When each call began: a report of how far a contact got names a time, and no message.
ALTER TABLE call ADD COLUMN at BIGINT NOT NULL DEFAULT 0;

-- The newest such report of each status, for messages whose send was under way when it came.
CREATE TABLE reached (
	identity_id BIGINT NOT NULL,
	status TEXT NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (identity_id, status)
);
