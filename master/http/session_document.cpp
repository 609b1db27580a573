// The documents the API has about itself: the same bytes for everybody.
#include "master/http/session.h"

namespace foyer::master {

void Session::answer_document() {
    if (has_body()) return refuse(error(ErrorCode::InvalidArgument, "this request has no body"));
    const bool page = matched_->route->path == "/v1/docs";
    const ServedText& served = page ? host_.documents.page : host_.documents.openapi;
    const bool known = if_none_match_ == served.etag;
    Response response(known ? http::status::not_modified : http::status::ok, 11);
    response.set(http::field::etag, served.etag);
    if (!known) {
        response.set(http::field::content_type, served.type);
        if (!served.policy.empty()) response.set("Content-Security-Policy", served.policy);
        response.set("Referrer-Policy", "no-referrer");
        response.body() = served.text;
    }
    send(std::move(response));
}

}  // namespace foyer::master
