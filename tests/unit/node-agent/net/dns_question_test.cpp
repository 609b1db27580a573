#include "node-agent/net/dns_question.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const std::string question = soa_question("a.org", 0x1234);

// "a.org SOA ns. host. 7 …" with a pointer as its owner.
std::string answer(char flags_high = '\x84', char flags_low = '\0') {
    std::string text = question;
    text[2] = flags_high;
    text[3] = flags_low;
    text[7] = 1;
    text += std::string("\xc0\x0c\x00\x06\x00\x01\x00\x00\x00\x1e\x00\x1a", 12);
    text += std::string("\x02ns\x00\x04host\xc0\x0c", 11);
    text += std::string("\x00\x00\x00\x07\x00\x00\x01\x2c\x00\x00\x00\x3c\x00\x01\x51\x80", 16);
    return text;
}

}  // namespace

TEST_CASE("a question is one name, of type SOA") {
    CHECK(question == std::string("\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01"
                                  "a\x03org\x00\x00\x06\x00\x01",
                                  23));
}

TEST_CASE("the serial is read from an authoritative answer to it") {
    CHECK(soa_serial(answer(), question).value() == 7);
}

TEST_CASE("anything else is no answer") {
    std::string other = answer();
    other[0] = 0x13;
    CHECK_FALSE(soa_serial(other, question).ok());
    CHECK_FALSE(soa_serial(answer(), soa_question("b.org", 0x1234)).ok());
    CHECK_FALSE(soa_serial(answer('\x04'), question).ok());          // a question itself
    CHECK_FALSE(soa_serial(answer('\x80'), question).ok());          // not authoritative
    CHECK_FALSE(soa_serial(answer('\x84', '\x05'), question).ok());  // refused
    std::string none = answer();
    none[7] = 0;
    CHECK_FALSE(soa_serial(none, question).ok());
    std::string address = answer();
    address[question.size() + 3] = 1;
    CHECK_FALSE(soa_serial(address, question).ok());
}

TEST_CASE("an answer that is cut anywhere before its serial is none") {
    const std::string whole = answer();
    const std::size_t serial_end = whole.size() - 12;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK(soa_serial(whole.substr(0, length), question).ok() == (length >= serial_end));
    }
}
