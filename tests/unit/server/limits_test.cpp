// What keeps clients within bounds: rate limiter, field rules of storages, strict reading of requests.
#include "server/api/fields.hpp"
#include "server/api/storage_rules.hpp"
#include "server/http/rate_limiter.hpp"
#include "server/refusal.hpp"

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
        return problem.code();
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
    made.provider = "r2";
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
    CHECK(code_of([] { fields::of_body(with_body(R"({"n":-1})")).number("n", 0, 9); }) == "invalid_request");
    CHECK(code_of([] { fields::of_body(with_body(R"({"n":1.5})")).number("n", 0, 9); }) == "invalid_request");
}

TEST_CASE("queries are decoded once, and nothing stands in them twice") {
    CHECK(query_parameters("a=1&b=%20%2B+c&d") ==
          std::vector<std::pair<std::string, std::string>>{{"a", "1"}, {"b", " + c"}, {"d", ""}});
    CHECK(code_of([] { query_parameters("a=1&a=2"); }) == "invalid_request");
    CHECK(code_of([] { query_parameters("a=%2"); }) == "invalid_request");
    CHECK(code_of([] { query_parameters("a=%zz"); }) == "invalid_request");
}

TEST_CASE("mail addresses are lower case and look like one") {
    CHECK(fields::of_body(with_body(R"({"e":"Some.One@Example.COM"})")).email("e") == "some.one@example.com");
    for (const auto* bad : {"", "a", "@b", "a@", "a@b@c", "a b@c"})
        CHECK_FALSE(looks_like_email(bad));
}

TEST_CASE("storages: every field rule of the reference") {
    require_valid(bucket(), false);
    const auto refused = [](auto change, bool allow_http = false) {
        auto storage = bucket();
        change(storage);
        return code_of([&] { require_valid(storage, allow_http); }) == "invalid_storage";
    };
    for (const std::string& name : {std::string{}, std::string{"a b"}, std::string(256, 'a'), std::string{"ä"}})
        CHECK(refused([&](storage_record& s) { s.name = name; }));
    for (const std::string& name : {std::string{"ab"}, std::string(64, 'a'), std::string{"Abc"}, std::string{"-abc"},
             std::string{"abc."}, std::string{"a..b"}, std::string{"10.0.0.1"}, std::string{"a_b"}})
        CHECK(refused([&](storage_record& s) { s.bucket_name = name; }));
    CHECK(refused([](storage_record& s) { s.provider = "gcs"; }));
    CHECK(refused([](storage_record& s) { s.region = "eu-central-1"; }));
    CHECK(refused([](storage_record& s) { s.endpoint_url = ""; }));
    CHECK(refused([](storage_record& s) { s.endpoint_url = "http://localhost:9000"; }));
    CHECK_FALSE(refused([](storage_record& s) { s.endpoint_url = "http://localhost:9000"; }, true));
    CHECK(refused([](storage_record& s) { s.remote_path = "a/../b"; }));
    const auto on_s3 = [](storage_record& s) {
        s.provider = "s3";
        s.region = "eu-central-1";
        s.endpoint_url = "";
    };
    CHECK_FALSE(refused(on_s3));
    for (const auto* region : {"us-gov-west-1", "eusc-de-east-1"})
        CHECK_FALSE(refused([&](storage_record& s) {
            on_s3(s);
            s.region = region;
        }));
    for (const auto* region : {"auto", "", "europe", "eu-central", "EU-central-1", "eu--central-1"})
        CHECK(refused([&](storage_record& s) {
            on_s3(s);
            s.region = region;
        }));
    CHECK(refused([&](storage_record& s) {
        on_s3(s);
        s.endpoint_url = "https://example.com";
    }));
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
