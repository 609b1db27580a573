#include "master/notices/smtp_send.h"

#include "tests/support/catch.h"

using namespace foyer::master;

TEST_CASE("only what speaks of the recipient or the mail is a refusal for good") {
    using enum SmtpOutcome;
    struct Answer {
        const char* command;
        const char* text;
        SmtpOutcome outcome;
    };
    for (const Answer& one :
         {Answer{"RCPT", "550 5.1.1 no such user", Refused}, Answer{"RCPT", "553 bad", Refused},
          Answer{"DATA", "552 5.3.4 too big", Refused}, Answer{"DATA", "554", Refused},
          Answer{"RCPT", "450 4.2.1 greylisted", Later}, Answer{"RCPT", "421 busy", Later},
          // We are not let in: whoever the recipient is.
          Answer{"MAIL", "550 sender refused", Later}, Answer{"AUTH", "535 5.7.8 wrong", Later},
          Answer{"RCPT", "554 5.7.1 relay access denied", Later},
          Answer{"RCPT", "530 5.7.0 authenticate first", Later}, Answer{"EHLO", "554 no", Later},
          Answer{"", "554 no service", Later}, Answer{"RCPT", "", Later},
          Answer{"RCPT", "5", Refused}}) {
        CAPTURE(one.command, one.text);
        CHECK(outcome_of_answer(one.command, one.text) == one.outcome);
    }
}
