// The table of inputs that client and server are held to, against the rules themselves.
#include "crypto/geometry.hpp"
#include "crypto/uuid.hpp"
#include "tests/unit/wire/field_table.hpp"
#include "wire/field_rules.hpp"
#include "wire/json_position.hpp"
#include "wire/storage_rules.hpp"
#include "wire/upload_terms.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::wire;

namespace {

template <class Accepts>
void holds(const test::field_rows& rows, Accepts accepts) {
    for (const auto& row : rows) {
        INFO('"' << row.input << '"');
        CHECK(accepts(row.input) == row.accepted);
    }
}

} // namespace

TEST_CASE("wire: names, mail addresses, UUIDs and positions") {
    holds(test::name_rows, [](const std::string& name) { return !name_problem(name); });
    holds(test::email_rows, [](const std::string& email) { return normal_email(email).has_value(); });
    CHECK(normal_email("Ann@Example.ORG") == "ann@example.org");
    holds(test::api_key_rows, [](const std::string& key) { return !api_key_problem(key); });
    holds(test::uuid_rows, [](const std::string& text) { return crypto::parse_uuid(text).has_value(); });
    holds(test::position_rows,
        [](const std::string& text) { return parse_position(nlohmann::json::parse(text)).has_value(); });
}

TEST_CASE("wire: the largest capacity is that of the largest geometry") {
    using namespace crypto;
    CHECK(largest_capacity == key_geometry{max_chain_bytes, max_chain_bytes, max_rotors}.capacity());
}

TEST_CASE("wire: positions are written as they are read") {
    for (const auto position : {crypto::u128{0}, crypto::u128{crypto::largest_json_integer},
             crypto::u128{crypto::largest_json_integer} + 1, ~crypto::u128{0}}) {
        const auto value = crypto::position_to_json<nlohmann::json>(position);
        CHECK(value.is_string() == (position > crypto::largest_json_integer));
        CHECK(parse_position(value) == position);
    }
}

TEST_CASE("wire: the fields of storages") {
    holds(test::storage_name_rows, [](const std::string& name) { return !storage_name_problem(name); });
    holds(test::provider_rows, [](const std::string& name) { return !provider_problem(name); });
    holds(test::bucket_rows, [](const std::string& name) { return !bucket_name_problem(name); });
    holds(test::region_rows, [](const std::string& region) { return !region_problem(storage_provider::s3, region); });
    for (const auto& row : test::region_rows)
        CHECK(!region_problem(storage_provider::r2, row.input) == (row.input == automatic_region));
    holds(test::endpoint_rows,
        [](const std::string& url) { return !endpoint_url_problem(storage_provider::r2, url, plain_http::allowed); });
    CHECK(endpoint_url_problem(storage_provider::r2, "http://127.0.0.1:9000", plain_http::refused));
    holds(test::remote_path_rows, [](const std::string& path) { return !remote_path_problem(path); });
}

TEST_CASE("wire: every provider has its row") {
    for (const auto provider : {storage_provider::internal, storage_provider::s3, storage_provider::r2}) {
        const auto& rules = rules_of(provider);
        CHECK(rules.provider == provider);
        CHECK(parse_provider(rules.name) == provider);
        CHECK(rules.guidance.empty() == (provider == storage_provider::internal));
    }
    CHECK(rules_of(storage_provider::s3).type_id == 1);
    CHECK(rules_of(storage_provider::r2).type_id == 2);
    CHECK(rules_of(storage_provider::internal).type_id == 3);
    CHECK_FALSE(parse_provider("S3"));
    CHECK(provider_problem("internal") ==
          "The provider is s3 (Amazon S3) or r2 (Cloudflare R2 and others with an endpoint of their own).");
}

TEST_CASE("wire: MD5 of contents is 24 characters of Base64") {
    CHECK(content_md5(crypto::as_bytes("hello")) == "XUFAKrxLKna5cZ2REBfFkg==");
    CHECK(is_content_md5("XUFAKrxLKna5cZ2REBfFkg=="));
    for (const auto* bad : {"", "XUFAKrxLKna5cZ2REBfFkg", "XUFAKrxLKna5cZ2REBfFkh==", "XUFAKrxLKna5cZ2REBfFkgAA"})
        CHECK_FALSE(is_content_md5(bad));
}
