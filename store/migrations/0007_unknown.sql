-- +goose Up

-- How many messages wait for evidence is asked again and again.
CREATE INDEX message_unknown ON message(id) WHERE status = 'unknown';
