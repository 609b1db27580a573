-- What the try-out's client, the health of a copy and the takeover laboratory ask Tryton's database for, and no more.
CREATE TABLE company_company (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE party_party (id serial PRIMARY KEY, name text NOT NULL);
CREATE INDEX ON party_party (name);
