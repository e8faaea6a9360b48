-- +goose Up

-- What nodes that share the store count together: when each rate's bucket is empty again, in microseconds, and a
-- channel's faults in a row. The channel's own row has the empty address.
CREATE TABLE pace (
	channel TEXT NOT NULL,
	address TEXT NOT NULL,
	empty_at BIGINT NOT NULL,
	faults INT NOT NULL DEFAULT 0,
	PRIMARY KEY (channel, address)
);
