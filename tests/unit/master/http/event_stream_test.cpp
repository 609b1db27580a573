#include "master/http/event_stream.h"

#include "foyer/api/v1/events.pb.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;
using api::v1::ListEventsRequest;
using api::v1::ListEventsResponse;

namespace {

ListEventsResponse two_events(bool more) {
    ListEventsResponse found;
    for (const std::int64_t sequence : {7, 9}) {
        api::v1::Event& event = *found.add_events();
        event.set_sequence(sequence);
        event.set_message("line one\nline two");
    }
    found.set_last(more ? 9 : 12);
    found.set_has_more(more);
    return found;
}

}  // namespace

TEST_CASE("a stream is asked for by its name only") {
    CHECK(accepts_event_stream("text/event-stream"));
    CHECK(accepts_event_stream("application/json, Text/Event-Stream;q=0.5"));
    CHECK(accepts_event_stream("text/event-stream ; q=1"));
    for (const char* other : {"", "*/*", "text/*", "application/json", "text/event-streams",
                              "text/event", ",", ";text/event-stream"})
        CHECK_FALSE(accepts_event_stream(other));
}

TEST_CASE("a stream goes on after what was seen last, else where its address says, else now") {
    ListEventsRequest request;
    CHECK_FALSE(begin_of_stream("", request).value());
    request.set_after(5);
    CHECK(begin_of_stream("", request).value() == 5);
    CHECK(begin_of_stream("8", request).value() == 8);
    CHECK(begin_of_stream("0", request).value() == 0);
    for (const char* bad : {"-1", "x", "8 ", "99999999999999999999"})
        CHECK_FALSE(begin_of_stream(bad, request).ok());
    request.set_after(-1);
    CHECK_FALSE(begin_of_stream("", request).ok());
    request.set_after(5);
    request.set_wait_ms(1);
    CHECK_FALSE(begin_of_stream("", request).ok());
}

TEST_CASE("each event is one line of data with its place") {
    const std::string text = event_stream_text(two_events(true));
    CHECK(text.starts_with("id: 7\ndata: {"));
    CHECK(text.find("\n\nid: 9\ndata: {") != std::string::npos);
    CHECK(text.ends_with("}\n\n"));
    // A line end within the data would end it.
    CHECK(text.find("one\\nline two") != std::string::npos);
}

TEST_CASE("who has heard everything is told how far he is") {
    CHECK(event_stream_text(two_events(false)).ends_with("}\n\nid: 12\n\n"));
    ListEventsResponse nothing;
    nothing.set_last(4);
    CHECK(event_stream_text(nothing) == "id: 4\n\n");
}

TEST_CASE("the end of a stream has the shape of every error") {
    CHECK(refused_stream_text("{\"code\":\"unauthenticated\"}\n") ==
          "event: refused\ndata: {\"code\":\"unauthenticated\"}\n\n");
}

TEST_CASE("places are given up to a limit, and to one account up to a lower one") {
    StreamPlaces places(3, 2);
    CHECK(places.enter("anna") == StreamPlace::Given);
    CHECK(places.enter("anna") == StreamPlace::Given);
    CHECK(places.enter("anna") == StreamPlace::AccountFull);
    CHECK(places.enter("boris") == StreamPlace::Given);
    CHECK(places.enter("carl") == StreamPlace::Full);
    CHECK(places.taken() == 3);
    places.leave("anna");
    CHECK(places.enter("carl") == StreamPlace::Given);
    places.leave("anna");
    CHECK(places.enter("anna") == StreamPlace::Given);
}

TEST_CASE("without a place for accounts nobody has a stream") {
    StreamPlaces places(1, 0);
    CHECK(places.enter("anna") == StreamPlace::AccountFull);
    CHECK(places.taken() == 0);
}
