-- +goose Up

-- The few that wait among all that there are.
CREATE INDEX conversation_waits ON conversation(id) WHERE status = 'waiting';
