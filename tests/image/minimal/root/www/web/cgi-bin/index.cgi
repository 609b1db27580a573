#!/bin/sh
# GET /: who answers, in which epoch, and every line.
. /opt/echo/lib
printf 'Content-Type: text/plain\r\n\r\n%s epoch %s\n' "$(json_text instance)" "$(log_epoch)"
grep -v '^#epoch' $log
