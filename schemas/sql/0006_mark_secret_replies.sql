-- Which recorded answers hold a secret, so that it can be wiped when its short time is over; the record itself stays for its days.
--
-- Of rows that are there already: a sealed answer is base64url text, and no other answer is (a message begins with the tag of its first
-- field, a control character). They are marked, and wiped by the master's next round.

ALTER TABLE requests ADD COLUMN reply_kind text NOT NULL DEFAULT 'plain';
UPDATE requests SET reply_kind = 'secret' WHERE encode(reply, 'escape') ~ '^[A-Za-z0-9_-]{32,}$';
ALTER TABLE requests
    ALTER COLUMN reply_kind DROP DEFAULT,
    ADD CONSTRAINT requests_reply_kind_known CHECK (reply_kind IN ('plain', 'secret', 'wiped')),
    ADD CONSTRAINT requests_wiped_empty CHECK (reply_kind <> 'wiped' OR reply = '');
