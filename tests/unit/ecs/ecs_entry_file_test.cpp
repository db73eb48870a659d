// The entry of a configured ECS: stored, exported and read strictly.
#include "ecs/ecs_entry_file.hpp"
#include "storage/container/attributes.hpp"
#include "storage/files/atomic_file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/wire/field_table.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::test;
using nlohmann::json;

namespace {

ecs_entry sfc_entry() {
    return {crypto::random_uuid(), "file", ecs_type::sfc, "/some/where/ecs.sfc"};
}

ecs_entry http_entry() {
    return {crypto::random_uuid(), "server", ecs_type::http, {}, "ecs.example:8443/base",
        std::make_shared<const crypto::secure_bytes>(std::string_view{"the-api-key"}), true};
}

template <class F>
errc code_of(F call) {
    try {
        call();
        return errc::none;
    } catch (const failure& problem) {
        return problem.code();
    }
}

/// What reading says of an exported file with these entries.
errc reading(const std::vector<std::pair<json, std::string>>& entries) {
    const temp_dir folder;
    const auto path = folder / "exported";
    storage::atomic_file file(path, storage::existing_target::refuse);
    storage::sfc_writer writer(file, nullptr);
    for (const auto& [attributes, api_key] : entries)
        writer.add(crypto::random_uuid(), storage::to_attributes(attributes), crypto::as_bytes(api_key));
    writer.finish();
    file.commit();
    return code_of([&] { ecs::read_exported_ecs(path); });
}

json with(json fields, const char* name, const json& value) {
    fields[name] = value;
    return fields;
}

} // namespace

TEST_CASE("an exported ECS comes back whole") {
    const temp_dir folder;
    for (const auto& entry : {sfc_entry(), http_entry()}) {
        const auto path = folder / entry.name;
        ecs::export_ecs(path, entry);
        CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
        const auto read = ecs::read_exported_ecs(path);
        CHECK(read.ecs_uuid == entry.ecs_uuid);
        CHECK(read.name == entry.name);
        CHECK(read.type == entry.type);
        CHECK(read.path == entry.path);
        CHECK(read.url == entry.url);
        CHECK(read.development_mode == entry.development_mode);
        REQUIRE((read.api_key != nullptr) == (entry.api_key != nullptr));
        if (read.api_key)
            CHECK(read.api_key->text() == "the-api-key");
        CHECK(code_of([&] { ecs::export_ecs(path, entry); }) == errc::output_refused);
    }
}

TEST_CASE("an ECS is stored under a name that can be read again") {
    for (const auto& row : name_rows)
        for (auto entry : {sfc_entry(), http_entry()}) {
            entry.name = row.input;
            CHECK((code_of([&] { ecs::to_stored(entry); }) == errc::none) == row.accepted);
        }
}

TEST_CASE("an entry of an ECS is read strictly") {
    const json sfc{{"format", 1}, {"ecs_name", "file"}, {"ecs_type", "SFC"}, {"path", "/ecs.sfc"}};
    const json http{
        {"format", 1}, {"ecs_name", "server"}, {"ecs_type", "HTTP"}, {"url", "ecs.example"}, {"development_mode", 0}};
    REQUIRE(reading({{sfc, ""}}) == errc::none);
    REQUIRE(reading({{http, "key"}}) == errc::none);
    const auto each_field_is_needed = [](const json& fields, const std::string& api_key) {
        for (const auto& [name, value] : fields.items()) {
            auto lacking = fields;
            lacking.erase(name);
            CHECK(reading({{lacking, api_key}}) == errc::container_damaged);
            CHECK(reading({{with(fields, name.c_str(), json::object()), api_key}}) == errc::container_damaged);
        }
    };
    each_field_is_needed(sfc, "");
    each_field_is_needed(http, "key");
    for (const auto* url : {"", "https://ecs.example", "ECS.example", "ecs.example:443", "ecs.example/"})
        CHECK(reading({{with(http, "url", url), "key"}}) == errc::container_damaged);
    CHECK(reading({{with(http, "development_mode", 2), "key"}}) == errc::container_damaged);
    CHECK(reading({{http, ""}}) == errc::container_damaged);
    CHECK(reading({{sfc, "key"}}) == errc::container_damaged);
    CHECK(reading({{http, std::string(4097, 'k')}}) == errc::container_damaged);
    // Writers hold names and API keys to their rules; what lies in a file shuts nobody out.
    CHECK(reading({{with(sfc, "ecs_name", std::string(256, 'x')), ""}}) == errc::none);
    CHECK(reading({{http, std::string(4096, 'k')}}) == errc::none);
    CHECK(reading({{with(sfc, "ecs_type", "CLOUD"), ""}}) == errc::container_newer);
    CHECK(reading({}) == errc::container_damaged);
    CHECK(reading({{sfc, ""}, {sfc, ""}}) == errc::container_damaged);
}
