-- Price lists that follow each other, and what each order was quoted from one. Orders of before have no quote: nothing was charged.

CREATE TABLE price_lists (
    name text NOT NULL,
    currency text NOT NULL,
    valid_from timestamptz NOT NULL,
    sizes jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT price_lists_pkey PRIMARY KEY (name),
    -- One list is in force at any moment.
    CONSTRAINT price_lists_one_at_a_time UNIQUE (valid_from),
    CONSTRAINT price_lists_currency_form CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT price_lists_sizes_list CHECK (jsonb_typeof(sizes) = 'array')
);

ALTER TABLE instances
    ADD COLUMN quote_list text,
    ADD COLUMN quote_currency text,
    ADD COLUMN quote_cents bigint,
    ADD COLUMN quote_lines jsonb,
    ADD CONSTRAINT instances_quote_whole CHECK (num_nulls(quote_list, quote_currency, quote_cents, quote_lines) IN (0, 4)),
    ADD CONSTRAINT instances_quote_range CHECK (quote_cents >= 0),
    ADD CONSTRAINT instances_quote_lines_list CHECK (jsonb_typeof(quote_lines) = 'array'),
    ADD CONSTRAINT instances_quote_fkey FOREIGN KEY (quote_list) REFERENCES price_lists (name) DEFERRABLE INITIALLY DEFERRED;
