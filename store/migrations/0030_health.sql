-- +goose Up

-- What the provider last said of each matter of an account.
CREATE TABLE channel_health (
	channel TEXT NOT NULL,
	matter TEXT NOT NULL,
	health TEXT NOT NULL,
	code TEXT NOT NULL,
	text TEXT NOT NULL,
	at BIGINT NOT NULL,
	until BIGINT NOT NULL, -- 0: until something else is said
	PRIMARY KEY (channel, matter)
);

-- Whether a contact wants no marketing on the channel, and since when that is known.
ALTER TABLE identity ADD COLUMN no_marketing INT NOT NULL DEFAULT 0;
ALTER TABLE identity ADD COLUMN marketing_at BIGINT NOT NULL DEFAULT 0;
