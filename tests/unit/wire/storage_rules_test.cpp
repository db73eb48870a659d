#include "cli/ask/storage_fields.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe::cli;

namespace {

const std::string lower = "abcdefghijklmnopqrstuvwxyz0123456789";
const std::string base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

std::string text_of(const std::string& alphabet, int shortest, int longest) {
    const auto size = static_cast<std::size_t>(*rc::gen::inRange(shortest, longest + 1));
    return *rc::gen::container<std::string>(size, rc::gen::elementOf(alphabet));
}

/// `text` with one byte that is not in `alphabet`, anywhere.
std::string spoiled(std::string text, const std::string& alphabet) {
    const auto other =
        *rc::gen::suchThat(rc::gen::arbitrary<char>(), [&](char c) { return alphabet.find(c) == std::string::npos; });
    text[static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(text.size())))] = other;
    return text;
}

} // namespace

TEST_CASE("storage names have up to 255 letters, digits, dots, underscores and hyphens") {
    for (const auto* name : {"a", "r2-primary", "A.b_c-9"})
        CHECK_FALSE(storage_name_problem(name));
    CHECK_FALSE(storage_name_problem(std::string(255, 'x')));
    CHECK(storage_name_problem(std::string(256, 'x')));
    for (const auto* name : {"", "a b", "a/b", "\xc3\xa4", "a\n"})
        CHECK(storage_name_problem(name));
}

TEST_CASE("providers are s3 and r2") {
    CHECK_FALSE(provider_problem("s3"));
    CHECK_FALSE(provider_problem("r2"));
    for (const auto* name : {"", "S3", "gcs", "internal", "s3 "})
        CHECK(provider_problem(name));
}

TEST_CASE("bucket names follow the rules of S3") {
    for (const auto* name : {"abc", "omega-safe-prod", "a.b.c", "1.2.3", "1.2.3.4a", "9-9", "a1.2.3.4.5"})
        CHECK_FALSE(bucket_name_problem(name));
    for (const auto* name :
        {"", "ab", "Abc", "abc-", "-abc", ".abc", "abc.", "a..b", "a_b", "192.168.0.1", "1.2.3.4", "999.1.1.1", "a b"})
        CHECK(bucket_name_problem(name));
    CHECK_FALSE(bucket_name_problem(std::string(63, 'x')));
    CHECK(bucket_name_problem(std::string(64, 'x')));
    rc::prop("any 3 to 63 lower-case letters and digits with a letter in front are a name",
        [] { RC_ASSERT(!bucket_name_problem("a" + text_of(lower, 2, 62))); });
    rc::prop("one other byte spoils it",
        [] { RC_ASSERT(bucket_name_problem(spoiled("a" + text_of(lower, 2, 62), lower + "-."))); });
}

TEST_CASE("regions are AWS codes for s3 and auto for r2") {
    for (const auto* region : {"us-east-1", "eu-central-1", "ap-southeast-2", "us-gov-west-1", "eusc-de-east-1"})
        CHECK_FALSE(region_problem("s3", region));
    for (const auto* region :
        {"", "auto", "us-east", "US-EAST-1", "us-east-1a", "-east-1", "us--1", "u-e-1", "us-east-123"})
        CHECK(region_problem("s3", region));
    CHECK_FALSE(region_problem("r2", "auto"));
    for (const auto* region : {"", "us-east-1", "AUTO"})
        CHECK(region_problem("r2", region));
}

TEST_CASE("r2 needs an endpoint and s3 has none") {
    CHECK_FALSE(endpoint_url_problem("s3", ""));
    CHECK(endpoint_url_problem("s3", "https://example.org"));
    for (const auto* url : {"https://example.r2.cloudflarestorage.com", "https://[2001:db8::1]:9000",
             "https://minio.example.org:9000/base", "http://127.0.0.1:9000"})
        CHECK_FALSE(endpoint_url_problem("r2", url));
    for (const auto* url :
        {"", "example.org", "ftp://example.org", "https://", "https://a b", "https://u:p@example.org",
            "https://example.org?x=1", "https://example.org#x", "https:///x", "HTTPS://example.org", "https://[::1",
            "https://[::1]x", "https://host:99999", "https://a..b", "https://a%41b"})
        CHECK(endpoint_url_problem("r2", url));
}

TEST_CASE("remote paths are plain names divided by slashes") {
    for (const auto* path : {"", "deltas", "deltas/prod", "a.b/c_d-e"})
        CHECK_FALSE(remote_path_problem(path));
    for (const auto* path : {"/", "/deltas", "deltas/", "a//b", "..", "a/../b", ".", "a b", "a\\b"})
        CHECK(remote_path_problem(path));
    CHECK(remote_path_problem(std::string(513, 'x')));
}

TEST_CASE("credentials have their length and alphabet, and a refusal never tells them") {
    rc::prop("what fits is taken", [] {
        RC_ASSERT(!access_key_id_problem(text_of(base64, 16, 128)));
        RC_ASSERT(!secret_access_key_problem(text_of(base64, 32, 128)));
    });
    rc::prop("too short, too long and other bytes are refused", [] {
        RC_ASSERT(access_key_id_problem(text_of(base64, 0, 15)));
        RC_ASSERT(access_key_id_problem(text_of(base64, 129, 200)));
        RC_ASSERT(secret_access_key_problem(text_of(base64, 0, 31)));
        const auto bad = spoiled(text_of(base64, 32, 128), base64);
        const auto reason = secret_access_key_problem(bad);
        RC_ASSERT(reason.has_value());
        RC_ASSERT(reason->find(bad) == std::string::npos);
    });
}
