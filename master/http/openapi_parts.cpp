#include "master/http/openapi_parts.h"

#include <array>

#include "common/base/check.h"
#include "master/http/cookies.h"
#include "master/http/errors.h"

namespace foyer::master {

extern const std::string_view openapi_intro;  // made by the build, of openapi_intro.md

namespace {

struct Meaning {
    int status;
    std::string_view name;
    std::string_view text;
};

constexpr auto meanings = std::to_array<Meaning>({
    {400, "BadRequest",
     "The request is malformed or breaks a rule, and will stay wrong. `details` names the `path` "
     "(a JSON pointer, or `?key` of the address) or the `field`."},
    {401, "Unauthorized", "No token, or one that is unknown, expired or of another master."},
    {403, "Forbidden",
     "The account has none of the roles this takes (rule `role`), or its token has not the scope "
     "(rule `scope`: the fact `scope` says which one is missing)."},
    {404, "NotFound", "There is no such thing, or it is not yours to see."},
    {409, "Conflict",
     "The name is taken (`already_exists`), the state says no (`failed_precondition`: the same "
     "request may go through later), or the Idempotency-Key was used for another request "
     "(`aborted`)."},
    {412, "Changed",
     "It changed since you read it: your If-Match names another revision (`aborted`, rule "
     "`if_match`). Read it again and decide anew."},
    {413, "TooLarge", "The body is too large."},
    {415, "UnsupportedMediaType", "The body is not of the type this takes."},
    {429, "TooMany", "No capacity, or a limit is reached: later, or less of it."},
    {431, "HeaderTooLarge", "The header of the request is too large."},
    {503, "Unavailable", "A part is down. Repeat the same request."},
    {504, "OutcomeUnknown",
     "It may have happened. Repeat it with the same Idempotency-Key: it is not done twice."},
    {507, "StorageFull", "The master has no room to keep the bytes."},
});

constexpr auto codes = std::to_array<ErrorCode>(
    {ErrorCode::InvalidArgument, ErrorCode::NotFound, ErrorCode::AlreadyExists,
     ErrorCode::PermissionDenied, ErrorCode::Unauthenticated, ErrorCode::FailedPrecondition,
     ErrorCode::ResourceExhausted, ErrorCode::Aborted, ErrorCode::Unavailable,
     ErrorCode::DeadlineExceeded, ErrorCode::Unknown, ErrorCode::Internal});

const Meaning& find(int status) {
    for (const Meaning& meaning : meanings) {
        if (meaning.status == status) return meaning;
    }
    CHECK(false);  // every status of errors.h has its line
}

Tree text(std::string_view description) {
    return {{"type", "string"}, {"description", description}};
}

Tree header(const std::string& description, Tree schema) {
    return {{"description", description}, {"schema", std::move(schema)}};
}

Tree code_schema() {
    Tree values = Tree::array();
    Tree advice = Tree::object();
    std::string table;
    for (const ErrorCode code : codes) {
        values.push_back(to_text(code));
        advice[std::string(to_text(code))] = advice_of(code);
        table += (table.empty() ? "" : ", ") + std::string(to_text(code)) + " " +
                 std::to_string(http_status_of(code));
    }
    return {{"type", "string"},
            {"description", "For programs. Each has its status: " + table +
                                ". A status of HTTP itself (405, 413, 415, 431) comes with the "
                                "nearest of them."},
            {"enum", std::move(values)},
            {"x-enum-descriptions", std::move(advice)}};
}

// Its paragraphs, a line each.
std::string intro() {
    std::string text;
    for (std::size_t i = 0; i + 1 < openapi_intro.size(); ++i) {
        const bool wrapped = openapi_intro[i] == '\n' && openapi_intro[i + 1] != '\n' &&
                             (i == 0 || openapi_intro[i - 1] != '\n');
        text += wrapped ? ' ' : openapi_intro[i];
    }
    return text;
}

}  // namespace

Tree refusal(int status) {
    return {{"$ref", "#/components/responses/" + std::string(find(status).name)}};
}

std::string meaning_of(int status) { return std::string(find(status).text); }

void add_rate_headers(Tree& headers) {
    for (const std::string name : {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"})
        headers[name] = {{"$ref", "#/components/headers/" + name}};
}

Tree refusal_components() {
    Tree all = Tree::object();
    for (const Meaning& meaning : meanings) {
        Tree headers = {{"X-Request-Id", {{"$ref", "#/components/headers/RequestId"}}}};
        if (meaning.status == 401)
            headers["WWW-Authenticate"] = {{"$ref", "#/components/headers/WwwAuthenticate"}};
        if (meaning.status == 429) add_rate_headers(headers);
        if (meaning.status == 429 || meaning.status == 503)
            headers["Retry-After"] = {{"$ref", "#/components/headers/RetryAfter"}};
        all[std::string(meaning.name)] = {
            {"description", meaning.text},
            {"headers", std::move(headers)},
            {"content",
             {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
    }
    return all;
}

Tree header_components() {
    return {
        {"RateLimit-Limit", header("Requests this token may make at once. These three are absent "
                                   "where there is no limit.",
                                   {{"type", "integer"}})},
        {"RateLimit-Remaining", header("How many of them are left.", {{"type", "integer"}})},
        {"RateLimit-Reset",
         header("Seconds until all of them are there again.", {{"type", "integer"}})},
        {"RequestId", header("Name of this answer in the master's log: the request's own "
                             "X-Request-Id, if it sent one of 1 to 64 printable ASCII characters.",
                             {{"type", "string"}, {"minLength", 1}, {"maxLength", 64}})},
        {"ETag",
         header("Changes whenever what is shown changes: the revision at which the thing itself "
                "last changed, a dot, and a check of the whole answer. Send it as "
                "If-None-Match, or as If-Match with a write.",
                {{"type", "string"}})},
        {"RetryAfter",
         header("Seconds after which to try again.", {{"type", "integer"}, {"minimum", 0}})},
        {"WwwAuthenticate", header("How to say who is there.", {{"const", "Bearer"}})}};
}

Tree parameter_components(SchemaMaker& schemas, const google::protobuf::DescriptorPool& pool) {
    const auto* write = pool.FindMessageTypeByName("foyer.api.v1.CreateIspRequest");
    Tree key = schemas.parameter(*write->FindFieldByName("request_id"));
    return {
        {"IdempotencyKey",
         {{"name", "Idempotency-Key"},
          {"in", "header"},
          {"description",
           "Your name for this request, printable ASCII. Repeating the request with it changes "
           "nothing and gives the same answer."},
          {"schema", std::move(key)},
          {"example", "5f0c1c3e-order-acme"}}},
        {"IfMatch",
         {{"name", "If-Match"},
          {"in", "header"},
          {"description",
           "ETags of the thing as you know it; the number before the dot counts, and stands "
           "also in its field `revision`. 412, and nothing is done, when it changed since. `*`: "
           "it must exist. A repetition under the same Idempotency-Key is answered before this "
           "is looked at."},
          {"schema", {{"type", "string"}, {"minLength", 1}}},
          {"example", "\"17.5b3c9d21f0a4e6d8\""}}},
        {"IfNoneMatch",
         {{"name", "If-None-Match"},
          {"in", "header"},
          {"description", "ETag of the answer you have. 304 when it is still the same."},
          {"schema", {{"type", "string"}}}}}};
}

void add_plain_schemas(Tree& schemas) {
    const Tree detail = {
        {"type", "object"},
        {"properties",
         {{"key", text("snake_case: path, field, rule, node, …")}, {"value", text("Its value.")}}},
        {"required", {"key", "value"}}};
    schemas["Error"] = {
        {"type", "object"},
        {"description", "Why a request was refused: the one shape of every error."},
        {"properties",
         {{"code", code_schema()},
          {"message", text("For people: what, why, and what to do next.")},
          {"details", {{"type", "array"}, {"description", "For programs."}, {"items", detail}}},
          {"request_id", text("The same as the header X-Request-Id.")},
          {"doc", text("Path of the page that explains the code.")}}},
        {"required", {"code", "message", "details", "request_id", "doc"}}};
    schemas["Blob"] = {{"type", "object"},
                       {"description", "A blob that is kept."},
                       {"properties",
                        {{"digest", text("\"sha256:\" and 64 hex digits.")},
                         {"size_bytes",
                          {{"type", "integer"},
                           {"format", "int64"},
                           {"minimum", 0},
                           {"description", "Its size, bytes."}}}}},
                       {"required", {"digest", "size_bytes"}}};
    schemas["Health"] = {
        {"type", "object"},
        {"description", "The master is well."},
        {"properties", {{"status", {{"const", "ok"}, {"description", "Nothing else."}}}}},
        {"required", Tree::array({"status"})}};
}

Tree security(bool write) {
    Tree browser = {{"session", Tree::array()}};
    if (write) browser["csrf"] = Tree::array();
    return Tree::array({{{"token", Tree::array()}}, std::move(browser)});
}

Tree security_schemes() {
    return {
        {"token",
         {{"type", "http"},
          {"scheme", "bearer"},
          {"bearerFormat", "foyer_ID_SECRET"},
          {"description", "An API token, made by CreateToken. Only its hash is kept."}}},
        {"session",
         {{"type", "apiKey"},
          {"in", "cookie"},
          {"name", std::string(session_cookie)},
          {"description", "Of a browser: set by a login with `cookie`, and no page can read it."}}},
        {"csrf",
         {{"type", "apiKey"},
          {"in", "header"},
          {"name", "X-CSRF-Token"},
          {"description",
           "With the cookie, each write also says what the login answered as `csrf_token`; each "
           "answer has it in a header of this name. So no page of another site writes."}}}};
}

Tree info(const ToldLimits& told) {
    Tree text = {{"title", "Foyer API"},
                 {"summary", "A cloud that lives in homes."},
                 {"description", intro()},
                 {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
                 {"version", "v1"}};
    text["x-foyer-limits"] = told_limits(told);
    return text;
}

Tree told_limits(const ToldLimits& told) {
    return {{"header_bytes_max", told.header_bytes_max}, {"body_bytes_max", told.body_bytes_max},
            {"json_depth_max", told.json_depth_max},     {"json_values_max", told.json_values_max},
            {"blob_bytes_max", told.blob_bytes_max},     {"body_ms_max", told.body_timeout_ms},
            {"answer_ms_max", told.answer_ms_max}};
}

}  // namespace foyer::master
