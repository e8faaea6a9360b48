-- +goose Up

-- What teams themselves own, for teams that are not configured any more.
CREATE INDEX conversation_team ON conversation(owner_id) WHERE owner_type = 'team' AND status = 'open';
