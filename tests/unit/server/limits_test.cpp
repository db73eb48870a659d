// What keeps clients within bounds: rate limiter, field rules of storages, strict reading of requests.
#include "server/api/fields.hpp"
#include "server/api/storage_rules.hpp"
#include "server/http/rate_limiter.hpp"
#include "server/refusal.hpp"
#include "wire/field_rules.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace omegasafe;
using namespace omegasafe::server;
using namespace std::chrono_literals;

namespace {

template <class F>
std::string code_of(F action) {
    try {
        action();
    } catch (const refusal& problem) {
        return std::string{wire::info_of(problem.code()).code};
    }
    return "";
}

request with_body(const std::string& body, const std::string& type = "application/json") {
    request made;
    made.headers = {{"content-type", type}};
    made.body = body;
    return made;
}

storage_record bucket() {
    storage_record made;
    made.name = "r2-primary";
    made.provider = wire::storage_provider::r2;
    made.bucket_name = "some-bucket";
    made.region = "auto";
    made.endpoint_url = "https://example.r2.cloudflarestorage.com";
    return made;
}

} // namespace

TEST_CASE("rate limiter: a burst, then the rate, each client by itself") {
    rate_limiter limiter{2, 3};
    const auto start = rate_limiter::clock::now();
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(limiter.refuse("a", start));
    CHECK(limiter.refuse("a", start) == 1u);
    CHECK_FALSE(limiter.refuse("b", start));
    CHECK_FALSE(limiter.refuse("a", start + 500ms));
    CHECK(limiter.refuse("a", start + 500ms));
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(limiter.refuse("a", start + 1h)); // never more than the burst
    CHECK(limiter.refuse("a", start + 1h));
}

TEST_CASE("rate limiter: slow rates say how long to wait, and rate 0 limits nothing") {
    rate_limiter none{0, 1};
    const auto start = rate_limiter::clock::now();
    for (int i = 0; i < 100; ++i)
        CHECK_FALSE(none.refuse("a", start));
    rate_limiter limiter{1, 1};
    for (int i = 0; i < 20'000; ++i) // many clients, long ago: forgotten
        limiter.refuse(std::to_string(i), start);
    CHECK(limiter.refuse("0", start) == 1u);
    CHECK_FALSE(limiter.refuse("0", start + 10s));
}

TEST_CASE("request bodies are one flat JSON object of known fields") {
    CHECK(code_of([] { fields::of_body(with_body("{}", "text/plain")); }) == "unsupported_media_type");
    for (const auto* bad : {"", "[]", "1", "{", "{\"a\":1,}", "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}", "\xff"})
        CHECK(code_of([&] { fields::of_body(with_body(bad)); }) == "invalid_request");
    auto body = fields::of_body(with_body(R"({"a":"x","n":12,"p":"340282366920938463463374607431768211455","u":1})"));
    CHECK(body.name("a") == "x");
    CHECK(body.number("n", 1, 12) == 12);
    CHECK(body.position("p") == ~crypto::u128{0});
    CHECK(code_of([&] { body.finish(); }) == "invalid_request"); // "u" was not asked for
    CHECK(code_of([&] { body.number("n", 1, 11); }) == "invalid_request");
    CHECK(code_of([&] { body.id("a"); }) == "invalid_request");
    CHECK(code_of([&] { body.text("missing", 9); }) == "invalid_request");
    CHECK(code_of([] { fields::of_body(with_body(R"({"a":"line\nbreak"})")).name("a"); }) == "invalid_request");
    try {
        fields::of_body(with_body(R"({"a":""})")).name("a");
        FAIL("taken");
    } catch (const refusal& no) {
        CHECK(no.what() == std::string{"The field a is no name. "} + *wire::name_problem(""));
    }
    CHECK(code_of([] { fields::of_body(with_body(R"({"n":-1})")).number("n", 0, 9); }) == "invalid_request");
    CHECK(code_of([] { fields::of_body(with_body(R"({"n":1.5})")).number("n", 0, 9); }) == "invalid_request");
}

TEST_CASE("queries are decoded once, and nothing stands in them twice") {
    CHECK(query_parameters("a=1&b=%20%2B+c&d") == header_list{{"a", "1"}, {"b", " + c"}, {"d", ""}});
    for (const auto* bad : {"a=1&a=2", "a=%2", "a=%zz"}) {
        CHECK(query_parameters(bad) == std::nullopt);
        request made;
        made.query = bad;
        CHECK(code_of([&] { fields::of_query(made); }) == "invalid_request");
    }
}

TEST_CASE("mail addresses are lower case and look like one") {
    CHECK(fields::of_body(with_body(R"({"e":"Some.One@Example.COM"})")).email("e") == "some.one@example.com");
    CHECK(code_of([] { fields::of_body(with_body(R"({"e":"a@b@c"})")).email("e"); }) == "invalid_request");
}

TEST_CASE("storages: a field that breaks its rule is named") {
    require_valid(bucket(), false);
    const auto refusal_of = [](auto change, bool allow_http = false) -> std::string {
        auto storage = bucket();
        change(storage);
        try {
            require_valid(storage, allow_http);
        } catch (const refusal& problem) {
            return std::string{wire::info_of(problem.code()).code} + ": " + problem.what();
        }
        return "";
    };
    CHECK(refusal_of([](storage_record& s) { s.name = "a b"; }).starts_with("invalid_storage: The field name: "));
    CHECK(refusal_of([](storage_record& s) { s.bucket_name = "ab"; }).find(" bucket_name: ") != std::string::npos);
    CHECK(refusal_of([](storage_record& s) { s.region = "eu-central-1"; }).find(" region: ") != std::string::npos);
    CHECK(refusal_of([](storage_record& s) { s.endpoint_url = ""; }).find(" endpoint_url: ") != std::string::npos);
    CHECK(refusal_of([](storage_record& s) { s.remote_path = "a/../b"; }).find(" remote_path: ") != std::string::npos);
    const auto plain = [](storage_record& s) { s.endpoint_url = "http://localhost:9000"; };
    CHECK(refusal_of(plain).find(" endpoint_url: ") != std::string::npos);
    CHECK(refusal_of(plain, true).empty());
}

TEST_CASE("storages: credentials have their length and alphabet") {
    const auto refused = [](const std::string& id, const std::string& secret) {
        return code_of([&] { require_credentials(id, secret); }) == "invalid_storage";
    };
    const std::string id(16, 'A'), secret(32, '/');
    CHECK_FALSE(refused(id, secret));
    CHECK(refused(id.substr(1), secret));
    CHECK(refused(id, secret.substr(1)));
    CHECK(refused(std::string(129, 'a'), secret));
    CHECK(refused(id, std::string(31, 'a') + "-"));
}
