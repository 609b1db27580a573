#include "master/http/read_buffer.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/read_size.hpp>

#include "tests/support/catch.h"

using foyer::master::ReadBuffer;

namespace {

// What the next read of Beast would ask for.
std::size_t room(ReadBuffer& buffer) { return boost::beast::read_size(buffer, 65'536); }

void come(ReadBuffer& buffer, std::size_t bytes) {
    buffer.prepare(bytes);
    buffer.commit(bytes);
}

void say(ReadBuffer& buffer, std::string_view text) {
    boost::asio::buffer_copy(buffer.prepare(text.size()),
                             boost::asio::buffer(text.data(), text.size()));
    buffer.commit(text.size());
}

// However the text is cut into two reads, and when it was there before.
bool is_folded(std::string_view text) {
    ReadBuffer whole(1'000);
    say(whole, text);
    whole.begin_header();
    for (std::size_t at = 0; at <= text.size(); ++at) {
        ReadBuffer buffer(1'000);
        buffer.begin_header();
        say(buffer, text.substr(0, at));
        say(buffer, text.substr(at));
        CHECK(buffer.folded() == whole.folded());
    }
    return whole.folded();
}

}  // namespace

TEST_CASE("what is not parsed is bounded") {
    ReadBuffer buffer(1'000);
    come(buffer, 900);
    CHECK(room(buffer) == 100);
    come(buffer, 100);
    CHECK(room(buffer) == 0);
    buffer.consume(400);
    CHECK(room(buffer) > 0);
    CHECK(room(buffer) <= 400);
}

TEST_CASE("a line of a header that goes on in the next is seen") {
    CHECK(is_folded("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"));
    CHECK(is_folded("GET / HTTP/1.1\r\nA:\r\n\tb\r\n\r\n"));
    CHECK(is_folded("GET / HTTP/1.1\r\n A: b\r\n\r\n"));
    CHECK(is_folded("GET / HTTP/1.1\r\nA: b\n c\r\n\r\n"));
    CHECK_FALSE(is_folded("GET / HTTP/1.1\r\nA: b c\r\nB:  d \r\n\r\n"));
    CHECK_FALSE(is_folded(""));
}

TEST_CASE("a body is no header, and the next header begins anew") {
    CHECK_FALSE(is_folded("POST / HTTP/1.1\r\nA: b\r\n\r\n{\r\n  \"name\": 1\r\n}"));
    ReadBuffer buffer(1'000);
    buffer.begin_header();
    say(buffer, "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n");
    CHECK(buffer.folded());
    buffer.consume(buffer.size());
    buffer.begin_header();
    say(buffer, "GET / HTTP/1.1\r\nA: b\r\n\r\n");
    CHECK_FALSE(buffer.folded());
}
