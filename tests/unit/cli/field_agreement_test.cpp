// What the client takes from people and from servers, against the table that the server's test reads too.
#include "cli/ask/http_entry.hpp"
#include "cli/ask/sharing.hpp"
#include "cli/ask/storage_dialog.hpp"
#include "cli/flags.hpp"
#include "ecs/json_answer.hpp"
#include "storage/records/key_iteration.hpp"
#include "tests/unit/wire/field_table.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::cli;

namespace {

/// Whether the client goes on with it.
template <class Call>
bool accepted(Call call) {
    try {
        call();
        return true;
    } catch (const failure&) {
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

storage_flags good_flags(const std::string& provider) {
    storage_flags flags;
    flags.name = "r2-primary";
    flags.provider = provider;
    flags.bucket_name = "some-bucket";
    flags.region = provider == "r2" ? "auto" : "eu-central-1";
    flags.endpoint_url = provider == "r2" ? "https://example.r2.cloudflarestorage.com" : "";
    flags.remote_path = "deltas";
    return flags;
}

/// Takes one field of a storage in the place of a good one.
auto storage_field(std::optional<std::string> storage_flags::*field, const std::string& provider = "r2") {
    return [=](const std::string& input) {
        auto flags = good_flags(provider);
        flags.*field = input;
        choose_storage_fields(flags, {});
    };
}

} // namespace

TEST_CASE("client and server agree: what the client takes for names, mail addresses, UUIDs and positions") {
    agrees(test::name_rows, [](const std::string& name) {
        choose_http_ecs({.name = name, .url = "ecs.example.org", .api_key = "ose_a-key"});
    });
    agrees(test::name_rows, [](const std::string& name) {
        iteration_info info;
        info.key_name = name.empty() ? std::string(256, 'x') : name; // a record may lack the name
        info.geometry = crypto::small_preset;
        storage::encode(info);
    });
    agrees(test::api_key_rows, [](const std::string& key) {
        if (key.empty())
            throw failure(errc::usage, "an empty flag is none");
        choose_http_ecs({.name = "server", .url = "ecs.example.org", .api_key = key});
    });
    agrees(test::email_rows, require_email);
    CHECK(require_email("Ann@Example.ORG") == "ann@example.org");
    agrees(test::uuid_rows, [](const std::string& text) { parse_uuid_flag(text, "--key-uuid"); });
    agrees(test::position_rows, [](const std::string& position) {
        const auto body = R"({"next_global_position":)" + position + "}";
        ecs::json_answer{std::string_view{body}, "ecs.example"}.position("next_global_position");
    });
}

TEST_CASE("client and server agree: what the client takes for a storage") {
    agrees(test::storage_name_rows, storage_field(&storage_flags::name));
    agrees(test::bucket_rows, storage_field(&storage_flags::bucket_name));
    agrees(test::region_rows, storage_field(&storage_flags::region, "s3"));
    agrees(test::endpoint_rows, storage_field(&storage_flags::endpoint_url));
    agrees(test::remote_path_rows, storage_field(&storage_flags::remote_path));
    agrees(test::provider_rows, [](const std::string& name) {
        auto flags = good_flags(name == "s3" ? name : "r2");
        flags.provider = name;
        choose_storage_fields(flags, {});
    });
}
