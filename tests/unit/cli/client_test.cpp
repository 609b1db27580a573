// Addresses, errors, retries, configuration and the parameters of an order.
#include <nlohmann/json.hpp>

#include "master/cli/api_client.h"
#include "master/cli/body_text.h"
#include "master/cli/config.h"
#include "master/cli/exit_code.h"
#include "master/cli/order_parameters.h"
#include "master/cli/retry.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::cli;

TEST_CASE("an API address is https, a host and a port") {
    CHECK(parse_api_url("https://cloud.example:7444").value().port == 7444);
    CHECK(parse_api_url("https://cloud.example/").value().port == 443);
    CHECK(parse_api_url("https://[::1]:7444").value().host == "::1");
    for (const char* url : {"", "http://a:1", "https://", "https://a:0", "https://a:70000",
                            "https://a:1/v1", "https://u@a:1", "https://a:x", "a:1"}) {
        INFO(url);
        CHECK_FALSE(parse_api_url(url).ok());
    }
}

TEST_CASE("names cannot leave their segment of the path") {
    CHECK(percent_encoded("acme-1_x.y~") == "acme-1_x.y~");
    CHECK(percent_encoded("../a b?c=d#e:f") == "..%2Fa%20b%3Fc%3Dd%23e%3Af");
    CHECK(percent_encoded("é\r\n") == "%C3%A9%0D%0A");
}

TEST_CASE("the API's errors keep code, facts and request id") {
    const Error failure = error_of_reply(
        409, R"({"code":"already_exists","message":"instance 'acme' exists","details":
               [{"key":"field","value":"/name"}],"request_id":"r1"})");
    CHECK(failure.code == ErrorCode::AlreadyExists);
    CHECK(failure.message == "instance 'acme' exists");
    CHECK(describe(failure) == "foyer: instance 'acme' exists\n  field: /name\n  request_id: r1\n");
}

TEST_CASE("an answer that is not the API's is judged by its status") {
    CHECK(error_of_reply(503, "<html>").code == ErrorCode::Unavailable);
    CHECK(error_of_reply(404, "").code == ErrorCode::NotFound);
    CHECK(error_of_reply(500, "[1]").code == ErrorCode::Internal);
    CHECK(error_of_reply(302, "{}").code == ErrorCode::Internal);
    CHECK(error_of_reply(418, R"({"code":7})").code == ErrorCode::Internal);
}

TEST_CASE("the next command comes last, and escape sequences do not come at all") {
    const Error failure =
        error(ErrorCode::NotFound, "no \x1b[31m", {{"next", "foyer x"}, {"a", "b"}});
    CHECK(describe(failure) == "foyer: no ?[31m\n  a: b\n  next: foyer x\n");
}

TEST_CASE("exit codes are the documented ones") {
    CHECK(exit_code_of(ErrorCode::Internal) == ExitCode::Failed);
    CHECK(exit_code_of(ErrorCode::InvalidArgument) == ExitCode::Usage);
    CHECK(exit_code_of(ErrorCode::NotFound) == ExitCode::NotFound);
    CHECK(exit_code_of(ErrorCode::ResourceExhausted) == ExitCode::Refused);
    CHECK(exit_code_of(ErrorCode::DeadlineExceeded) == ExitCode::StillRunning);
    CHECK(exit_code_of(ErrorCode::Aborted) == ExitCode::Conflict);
    CHECK(exit_code_of(ErrorCode::Unavailable) == ExitCode::NotReachable);
    CHECK(error_code_of("nonsense") == ErrorCode::Internal);
}

TEST_CASE("retries wait longer each time, with jitter, up to a limit") {
    SeededRng rng(7);
    const RetryLimits limits{.delay_first = Duration(400), .delay_max = Duration(8000)};
    std::int64_t whole = 400;
    for (int attempt = 2; attempt < 80; ++attempt) {
        const Duration delay = retry_delay(attempt, limits, rng);
        CHECK(delay >= Duration(whole / 2));
        CHECK(delay <= Duration(whole));
        whole = std::min<std::int64_t>(whole * 2, 8000);
    }
    CHECK(is_retryable(ErrorCode::Unavailable));
    CHECK_FALSE(is_retryable(ErrorCode::ResourceExhausted));
    CHECK_FALSE(is_retryable(ErrorCode::PermissionDenied));
}

TEST_CASE("a configuration comes back as it was saved, for its owner only") {
    const test::TempFolder folder;
    const std::string path = folder.path() + "/deep/config.toml";
    Config config;
    config.default_profile = "work \"x\"";
    config.profiles["work \"x\""] = {"https://a:1", "/ca.crt", Secret<std::string>("t1")};
    config.profiles["b"] = {"https://b:1", "/cb.crt", Secret<std::string>("t2")};
    REQUIRE(save_config(path, config).ok());
    REQUIRE(save_config(path, config).ok());
    const auto loaded = load_config(path);
    REQUIRE(loaded.ok());
    CHECK(loaded.value().profiles.size() == 2);
    const auto profile = find_profile(loaded.value(), "");
    REQUIRE(profile.ok());
    CHECK(profile.value().token.reveal() == "t1");
}

TEST_CASE("a wrong configuration is refused with its line and what was meant") {
    const auto message = [](const char* text) { return parse_config(text, "c").failure().message; };
    CHECK(message("[profiles.a]\napi = \"x\"\ntokn = \"y\"\n") ==
          "c:3: unknown key 'tokn'; did you mean 'token'?");
    CHECK(message("default_profile = 3\n") == "c:1: 'default_profile' must be a text");
    CHECK(message("[profiles.a]\napi = 7\n") == "c:2: 'api' must be a text");
    CHECK(message("x = [\n").starts_with("c:"));
    const auto missing = find_profile(parse_config("[profiles.work]\n", "c").value(), "wrok");
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.failure().message == "no profile 'wrok'; did you mean 'work'? (there is work)");
}

TEST_CASE("parameters take the types of the release's schema") {
    const Json schema = {{"properties",
                          {{"company", {{"type", "string"}}},
                           {"seats", {{"type", "integer"}}},
                           {"demo", {{"type", "boolean"}}},
                           {"country", {{"type", "string"}, {"enum", {"FR", "BE"}}}}}}};
    const auto parameters = order_parameters(schema, {{"company", "old"}, {"country", "BE"}},
                                             {"company=Acme = Söhne", "seats=12", "demo=yes"});
    REQUIRE(parameters.ok());
    CHECK(parameters.value() ==
          Json{{"company", "Acme = Söhne"}, {"country", "BE"}, {"demo", true}, {"seats", 12}});
    const auto refusal = [&](const std::vector<std::string>& typed) {
        return order_parameters(schema, Json(), typed).failure().message;
    };
    CHECK(refusal({"compny=x"}) ==
          "the release has no parameter 'compny'; did you mean 'company'? (it has company, "
          "country, demo, seats)");
    CHECK(refusal({"seats=many"}) == "parameter 'seats' is a whole number, not 'many'");
    CHECK(refusal({"demo=perhaps"}) == "parameter 'demo' is true or false, not 'perhaps'");
    CHECK(refusal({"country=FX"}) ==
          "parameter 'country' cannot be 'FX'; it is one of FR, BE; did you mean 'FR'?");
    CHECK(refusal({"company=a", "company=b"}) == "parameter 'company' is given twice");
    CHECK(refusal({"=x"}) == "'--param =x' is not key=value");
    CHECK_FALSE(order_parameters(schema, Json::array(), {}).ok());
}

TEST_CASE("what is typed in another character set is refused, not sent as something else") {
    CHECK(body_text(Json{{"company", "S\xc3\xb6hne"}}).value() == "{\"company\":\"S\xc3\xb6hne\"}");
    const auto latin = body_text(Json{{"company", "S\xf6hne"}});
    REQUIRE_FALSE(latin.ok());
    CHECK(latin.failure().code == ErrorCode::InvalidArgument);
}

TEST_CASE("the configuration reads back as it was written, whatever its texts hold") {
    Config config;
    for (const char* text : {"plain", "a'''b\nc", "\"\"\"\n'''\\", "tab\tand \xc3\xa9", ""}) {
        config.profiles["a " + std::string(text)] = Profile{text, text, Secret<std::string>(text)};
    }
    const auto again = parse_config(print_config(config), "config.toml");
    REQUIRE(again.ok());
    for (const auto& [name, profile] : config.profiles) {
        const Profile read = find_profile(again.value(), name).value();
        CHECK(read.api == profile.api);
        CHECK(read.ca_file == profile.ca_file);
        CHECK(read.token == profile.token);
    }
}
