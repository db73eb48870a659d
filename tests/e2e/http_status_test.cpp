// The status of an ECS in list-keys and view-key: each class of it, by a server that behaves so.
#include "ecs/ecs_entry_file.hpp"
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/ecs_server.hpp"
#include "tests/support/scripted_server.hpp"

using namespace omegasafe::test;

namespace {

/// A key at a real server, whose entry can lead to another server later.
struct linked_key {
    ecs_server server;
    config_root root;
    std::string no_entries; // ecs_storage.sfc before there was an ECS
    std::string ecs, key;

    linked_key() {
        server.admit(root, server.owner());
        root.initialise();
        no_entries = read_text(entries_file());
        ecs = json_of(root, {"create-http-ecs", "-n", "office", "-u", server.url()})["ecs_uuid"];
        key = json_of(root, {"create-key", "-k", "k", "-n", "0.1", "-r", "0.1", "-c", "2"})["key_uuid"];
    }
    fs::path entries_file() const { return root.path() / "ecs_storage.sfc"; }

    /// The ECS moved without a word: only the entry changes.
    void lead_to(const std::string& url) const {
        omegasafe::ecs_entry entry;
        entry.ecs_uuid = *omegasafe::crypto::parse_uuid(ecs);
        entry.name = "office";
        entry.type = omegasafe::ecs_type::http;
        entry.url = url;
        entry.api_key = std::make_shared<const omegasafe::crypto::secure_bytes>(std::string_view{"any-key"});
        const auto file = root.folder() / "moved.export";
        fs::remove(file);
        omegasafe::ecs::export_ecs(file, entry);
        succeed(root, {"import-ecs", "-i", file.string()});
    }

    /// Both commands say `status`; without the ECS its part is empty, and a warning that has `warning` tells why.
    void require_partial(const std::string& status, const std::string& warning) const {
        const auto listed = root.run({"list-keys", "--json"}), viewed = root.run({"view-key", "-k", key, "--json"});
        INFO(status << "\n" << listed.describe() << viewed.describe());
        for (const auto* shown : {&listed, &viewed}) {
            REQUIRE(shown->exit_code == 0);
            CHECK(shown->err.find(warning) != std::string::npos);
        }
        const auto view = json::parse(viewed.out);
        for (const auto& summary : {json::parse(listed.out)["keys"][0], view["key_summary"]}) {
            CHECK(summary["external_claims_storage_status"] == status);
            CHECK(summary["key_name_local"] == "k");
            for (const auto* field :
                {"key_name_ecs", "latest_delta_capacity_left", "total_key_encryption_capacity_left"})
                CHECK(summary[field].is_null());
        }
        for (const auto& [field, value] : view["ecs_key_data"].items())
            CHECK(value.is_null());
        CHECK(view["deltas"].empty());
    }
    void require_unavailable_as(const std::string& status) const {
        require_partial(status, "ExternalClaimsStorage " + ecs + " unavailable (" + status + ": ");
    }
};

} // namespace

TEST_CASE_METHOD(linked_key, "list-keys and view-key tell each class of an ECS's status", "[ecs_server]") {
    for (const auto& summary :
        {json_of(root, {"list-keys"})["keys"][0], json_of(root, {"view-key", "-k", key})["key_summary"]}) {
        CHECK(summary["external_claims_storage_status"] == "available");
        CHECK(summary["key_name_ecs"] == "k");
    }

    scripted_server other;
    root.options.env["SSL_CERT_FILE"] = other.certificate().string();
    lead_to(other.address());
    for (const unsigned refusal : {401U, 403U}) {
        other.plays(error_turn(refusal, "any"));
        require_unavailable_as("authentication error");
    }
    for (const unsigned error : {429U, 500U, 503U}) {
        other.plays(error_turn(error, "any"));
        require_unavailable_as("unavailable");
    }
    other.plays(json_turn("no object"));
    require_unavailable_as("unavailable");
    other.plays({{"drop", true}});
    require_unavailable_as("unreachable");
    lead_to("localhost:" + std::to_string(free_port()));
    require_unavailable_as("unreachable");

    write_text(entries_file(), no_entries);
    require_partial("not configured", "");
}
