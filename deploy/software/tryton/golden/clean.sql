-- What no two instances may share: sessions, password hashes, random identifiers, and what building
-- left behind.
TRUNCATE ir_session, res_user_login_attempt, res_user_device, res_user_warning, ir_session_wizard, ir_error, ir_queue;
UPDATE res_user SET password_hash = NULL, password_reset = NULL, password_reset_expire = NULL, email = NULL;
DELETE FROM ir_cache WHERE true;
