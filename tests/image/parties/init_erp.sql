-- The customer's own values over the golden dump. The password is nobody's: this program has no users.
INSERT INTO company_company (name) VALUES (:'company');
