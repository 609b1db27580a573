-- The customer's own values over the golden dump. The dump holds one company, one active user
-- (admin) and one fiscal year, the calendar year in which the image was built: it moves to the year
-- of the order.
UPDATE party_party SET name = :'company' WHERE id IN (SELECT party FROM company_company);
UPDATE party_party_lang SET lang = (SELECT id FROM ir_lang WHERE code = :'language')
 WHERE party IN (SELECT party FROM company_company);
UPDATE res_user SET password_hash = :'hash', language = (SELECT id FROM ir_lang WHERE code = :'language')
 WHERE login = 'admin';
UPDATE ir_configuration SET language = :'language';

CREATE TEMP TABLE moved AS
 SELECT id, extract(year FROM start_date)::int AS old, :year - extract(year FROM start_date)::int AS years
   FROM account_fiscalyear;
UPDATE ir_sequence SET name = replace(name, old::text, :'year'), prefix = replace(prefix, old::text, :'year')
  FROM moved WHERE ir_sequence.id IN (SELECT post_move_sequence FROM account_fiscalyear);
UPDATE ir_sequence_strict SET name = replace(name, old::text, :'year'), prefix = replace(prefix, old::text, :'year')
  FROM moved;
UPDATE account_period SET name = replace(name, old::text, :'year'),
       start_date = (start_date + make_interval(years => years))::date,
       -- The last day of the month, also in February of a leap year.
       end_date = (date_trunc('month', start_date + make_interval(years => years)) + interval '1 month - 1 day')::date
  FROM moved WHERE account_period.fiscalyear = moved.id;
UPDATE account_fiscalyear SET name = :'year', start_date = make_date(:year, 1, 1), end_date = make_date(:year, 12, 31);
