// What the server takes of a request, against the table that the client's test reads too.
#include "crypto/text_encoding.hpp"
#include "net/http_url.hpp"
#include "server/api/fields.hpp"
#include "server/api/storage_rules.hpp"
#include "server/refusal.hpp"
#include "tests/unit/wire/field_table.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::server;

namespace {

template <class Call>
bool accepted(Call call) {
    try {
        call();
        return true;
    } catch (const refusal&) {
        return false;
    }
}

template <class Take>
void agrees(const test::field_rows& rows, Take take) {
    for (const auto& row : rows) {
        INFO('"' << row.input << '"');
        CHECK(accepted([&] { take(row.input); }) == row.accepted);
    }
}

/// A JSON text; bytes that are no UTF-8 stay as they are, which no JSON library would write.
std::string quoted(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (static_cast<unsigned char>(c) < 0x20)
            (out += "\\u00") += crypto::to_hexadecimal(crypto::as_bytes(std::string_view{&c, 1}));
        else
            out += c;
    }
    return '"' + out + '"';
}

fields body_with(const std::string& value) {
    request made;
    made.headers = {{"Content-Type", "application/json"}};
    made.body = R"({"field":)" + value + "}";
    return fields::of_body(made);
}

/// Takes one field of a storage in the place of a good one.
auto storage_field(std::string storage_record::*field, wire::storage_provider provider = wire::storage_provider::r2) {
    return [=](const std::string& input) {
        const bool r2 = provider == wire::storage_provider::r2;
        storage_record storage;
        storage.name = "r2-primary";
        storage.provider = provider;
        storage.bucket_name = "some-bucket";
        storage.region = r2 ? "auto" : "eu-central-1";
        storage.endpoint_url = r2 ? "https://example.r2.cloudflarestorage.com" : "";
        storage.*field = body_with(quoted(input)).text("field", 1024);
        require_valid(storage, true);
    };
}

} // namespace

TEST_CASE("client and server agree: what the server takes for names, mail addresses, UUIDs and positions") {
    agrees(test::name_rows, [](const std::string& name) { body_with(quoted(name)).name("field"); });
    agrees(test::email_rows, [](const std::string& email) { body_with(quoted(email)).email("field"); });
    CHECK(body_with(R"("Ann@Example.ORG")").email("field") == "ann@example.org");
    agrees(test::uuid_rows, [](const std::string& text) { body_with(quoted(text)).id("field"); });
    agrees(test::position_rows, [](const std::string& position) { body_with(position).position("field"); });
}

TEST_CASE("client and server agree: what the server takes for a storage") {
    agrees(test::storage_name_rows, storage_field(&storage_record::name));
    agrees(test::provider_rows,
        [](const std::string& name) { require_provider(body_with(quoted(name)).text("field", 1024)); });
    agrees(test::bucket_rows, storage_field(&storage_record::bucket_name));
    agrees(test::region_rows, storage_field(&storage_record::region, wire::storage_provider::s3));
    agrees(test::endpoint_rows, storage_field(&storage_record::endpoint_url));
    agrees(test::remote_path_rows, storage_field(&storage_record::remote_path));
}

TEST_CASE("an endpoint that is accepted can be asked") {
    for (const auto& row : test::endpoint_rows)
        if (row.accepted)
            CHECK(net::parse_object_url(row.input + "/bucket/object"));
}
