// Keys of one device and on their way to another: view-key, edit-key, delete-key, export-key, import-key, and the two
// commands that carry an ECS there.
#include "crypto/kdf.hpp"
#include "tests/e2e/e2e_support.hpp"

using namespace omegasafe::test;

namespace {

struct two_devices {
    config_root here, there;
    std::string key = here.initialise_with_key();
    std::string ecs = ecs_uuid_of(here);
    fs::path exported = here.folder() / "key.omegakey";

    two_devices() {
        // Each device has a configuration password of its own.
        there.options.env["OMEGASAFE_CONFIG_PASSWORD"] = omegasafe::crypto::generate_password().text();
        there.initialise();
    }

    void carry_ecs() {
        const auto file = (here.folder() / "ecs.export").string();
        succeed(here, {"export-ecs", "-e", ecs, "-o", file});
        succeed(there, {"import-ecs", "-i", file});
    }
    arguments export_key(const fs::path& to) const { return {"export-key", "-k", key, "-o", to.string()}; }
    arguments import_key() const { return {"import-key", "-e", ecs, "-i", exported.string()}; }
};

} // namespace

TEST_CASE_METHOD(two_devices, "a new device: ECS and Alpha are carried over, files open on both") {
    carry_ecs();
    const auto sent = succeed(here, export_key(exported));
    require_line(sent, "Key exported: " + exported.string());
    REQUIRE(sent.out.find("  Key UUID:         " + key) != std::string::npos);
    REQUIRE(sent.err.find("no passphrase") != std::string::npos);
    REQUIRE(std::ranges::count(sent.err, '\n') == 1);
    REQUIRE(mode_of(exported) == owner_only);

    const auto got = succeed(there, import_key());
    REQUIRE(got.err.empty());
    require_line(got, "ECS: local (" + ecs + ", SFC)");
    require_line(got, "Alpha imported.");
    require_line(got, "Deltas on this device: 1");
    require_line(got, "Local claims: performance 1, offline 1"); // E8
    require_line(got, "  Key UUID:         " + key);

    const auto mine = here.make_file("mine", 5000), yours = there.make_file("yours", 6000);
    require_opens(there, sealed(here, key, mine, "mine.omegasafe"), mine);
    require_opens(here, sealed(there, key, yours, "yours.omegasafe"), yours);
}

TEST_CASE_METHOD(two_devices, "import-key needs an ECS that is configured and knows the key") {
    succeed(here, export_key(exported));
    refuse(there, import_key(), 60, ecs);
    there.create_ecs();
    const auto other = ecs_uuid_of(there);
    refuse(there, {"import-key", "-e", other, "-i", exported.string()}, 50, key);
    succeed(there, {"set-config", "-o", "true"});
    refuse(there, {"import-key", "-e", other, "-i", exported.string()}, 2, "OFFLINE_MODE");
    REQUIRE(json_of(there, {"list-keys"})["keys"].empty()); // verified before anything is stored

    refuse(here, {"import-key", "-e", ecs, "-i", here.make_file("noise", 900).string()}, 40, "noise");
    refuse(here, {"import-key", "-e", ecs, "-i", (here.folder() / "none").string()}, 10, "none");
    const auto again = json_of(here, import_key());
    REQUIRE(again["already_present"] == true);
    REQUIRE(again["deltas"] == 1);
}

TEST_CASE_METHOD(two_devices, "a passphrase protects an exported key: from a file or the environment") {
    carry_ecs();
    const auto phrase = here.folder() / "phrase";
    write_text(phrase, "correct horse\n");
    refuse(here, export_key(exported) + arguments{"--passphrase-file", phrase.string()}, 2, "chmod 600");
    fs::permissions(phrase, owner_only);
    const auto sent = succeed(here, export_key(exported) + arguments{"--passphrase-file", phrase.string()});
    REQUIRE(sent.err.empty());
    REQUIRE(mode_of(exported) == owner_only);
    refuse(here, export_key(exported), 11, exported.string());

    refuse(there, import_key(), 2, "--passphrase-file or OMEGASAFE_KEY_PASSPHRASE");
    there.options.env["OMEGASAFE_KEY_PASSPHRASE"] = "wrong horse";
    refuse(there, import_key(), 31, "The passphrase does not open " + exported.string());
    REQUIRE(json_of(there, {"list-keys"})["keys"].empty());
    there.options.env["OMEGASAFE_KEY_PASSPHRASE"] = "correct horse";
    REQUIRE(json_of(there, import_key())["already_present"] == false);

    // The file comes before the environment.
    here.options.env["OMEGASAFE_KEY_PASSPHRASE"] = "short";
    const auto other = here.folder() / "other.omegakey";
    refuse(here, export_key(other), 2, "at least 8 characters");
    REQUIRE_FALSE(fs::exists(other));
    REQUIRE(json_of(here, export_key(other) + arguments{"--passphrase-file", phrase.string()})["password_protected"] ==
            true);
}

TEST_CASE_METHOD(two_devices, "view-key shows everything, and its own part when the ECS is away") {
    const auto plain = succeed(here, {"view-key", "-k", key});
    REQUIRE(plain.err.empty());
    for (const auto* text : {"Key UUID:              ", "At the ECS\n", "On this device\n", "Local claim cache\n",
             "Delta 1 at the ECS\n", "available", "Iterations count:                      2"})
        CHECK(plain.out.find(text) != std::string::npos);
    auto shown = json_of(here, {"view-key", "-k", key});
    CHECK(shown["ecs_key_data"]["key_name"] == "test-key");
    CHECK(shown["local_key_data"]["iterations_count"] == 2);
    CHECK(shown["local_cache_data"]["local_claims_count"] == 0);
    CHECK(shown["local_cache_data"]["performance_capacity_left"].is_null());
    CHECK(shown["deltas"][0]["latest_claimed_global_position"] == -1); // nothing used yet
    sealed(here, key, here.make_file("a", 100), "a.omegasafe");
    shown = json_of(here, {"view-key", "-k", key});
    CHECK(shown["local_cache_data"]["local_claims_by_reason"] == json{{"performance", 1}, {"offline", 1}});
    CHECK(shown["local_cache_data"]["offline_capacity_left"]["percent_remaining"] == 100.0);

    fs::rename(here.folder() / "ecs.sfc", here.folder() / "away");
    const auto partial = succeed(here, {"view-key", "-k", key, "-j"});
    CHECK(partial.err.find("ExternalClaimsStorage " + ecs + " unavailable (") != std::string::npos);
    CHECK(partial.err.find("); result is partial.") != std::string::npos);
    shown = json::parse(partial.out);
    CHECK(shown["key_summary"]["external_claims_storage_status"] == "unreachable");
    for (const auto* field : {"key_name_ecs", "latest_delta_capacity_left", "total_key_encryption_capacity_left"})
        CHECK(shown["key_summary"][field].is_null());
    for (const auto& [field, value] : shown["ecs_key_data"].items())
        CHECK(value.is_null());
    CHECK(shown["deltas"].empty());
    CHECK(shown["key_summary"]["external_claims_storage_name"] == "local");
    CHECK(shown["local_key_data"]["iterations_count"] == 2);
    CHECK(shown["local_cache_data"]["local_claims_count"] == 2);
    CHECK(succeed(here, {"view-key", "-k", key, "-l", "ERROR"}).err.empty());
}

TEST_CASE_METHOD(two_devices, "a key that its ECS does not know is shown in part") {
    carry_ecs();
    succeed(here, export_key(exported));
    succeed(there, import_key());
    succeed(there, {"delete-key", "-k", key, "-f"});
    const auto partial = succeed(here, {"view-key", "-k", key, "-j"});
    CHECK(partial.err.find("Key " + key + " missing data from ExternalClaimsStorage; result is partial.") !=
          std::string::npos);
    CHECK(json::parse(partial.out)["key_summary"]["external_claims_storage_status"] == "unavailable");
    refuse(here, {"encrypt", "-k", key, "-i", here.make_file("a", 10).string()}, 50, key);
    CHECK(succeed(here, {"delete-key", "-k", key, "-f"}).err.find("Not removed: key") != std::string::npos);
}

TEST_CASE_METHOD(two_devices, "edit-key changes name and version at the ECS, never the local Alpha") {
    require_line(succeed(here, {"edit-key", "-k", key}), "No key changes requested.");
    require_line(succeed(here, {"edit-key", "-k", key, "-n", "Büro"}), "Key " + key + " was edited at ECS local.");
    const auto edited = json_of(here, {"edit-key", "-k", key, "-v", "9.9.9"});
    CHECK(edited["key_name"].is_null());
    CHECK(edited["omegasafe_version"] == "9.9.9");
    const auto shown = json_of(here, {"view-key", "-k", key});
    CHECK(shown["key_summary"]["key_name_local"] == "test-key");
    CHECK(shown["key_summary"]["key_name_ecs"] == "Büro");
    CHECK(shown["ecs_key_data"]["omegasafe_version"] == "9.9.9");
    CHECK(shown["local_key_data"]["key_name"] == "test-key");
    CHECK(shown["local_key_data"]["omegasafe_version"] != "9.9.9");
    refuse(here, {"edit-key", "-k", key, "-s", unknown_uuid}, 67, "--storage-uuid needs an HTTP ECS");
    refuse(here, {"edit-key", "-k", key, "-n", std::string(256, 'x')}, 2, "--key-name");
    refuse(here, {"edit-key", "-k", key, "-n", ""}, 2, "--key-name: The value is empty");
}

TEST_CASE_METHOD(two_devices, "delete-key removes the key at the ECS and here, or what can be removed") {
    const auto gone = succeed(here, {"delete-key", "-k", key, "-f"});
    require_line(gone, "Delete-key completed for key " + key);
    REQUIRE(gone.err.empty());
    REQUIRE(json_of(here, {"list-keys"})["keys"].empty());
    refuse(here, {"delete-key", "-k", key, "-f"}, 51, "import-key");

    const auto second = here.create_key("second");
    refuse(here, {"delete-key", "-k", second}, 2, "--force");
    fs::rename(here.folder() / "ecs.sfc", here.folder() / "away");
    const auto isolated = succeed(here, {"delete-key", "-k", second, "-f"});
    require_line(isolated, "Delete-key completed for key " + second);
    REQUIRE(isolated.err.find("Not removed: key and Deltas at the ECS") != std::string::npos);
    fs::rename(here.folder() / "away", here.folder() / "ecs.sfc");
    REQUIRE(json_of(here, {"list-keys"})["keys"].empty());
}

TEST_CASE_METHOD(two_devices, "commands that need an Alpha name import-key in the reference's words") {
    const std::string sentence = "The Alpha for key_uuid " + std::string{unknown_uuid} +
                                 " does not exist locally. You must obtain and import the Alpha key to the CLI by "
                                 "using 'import-key' command, to make the key actionable.";
    const auto file = here.make_file("a", 10).string();
    for (const auto& args : std::vector<arguments>{{"view-key"}, {"edit-key"}, {"delete-key", "-f"},
             {"export-key", "-o", (here.folder() / "x").string()}, {"pull-missing-deltas"}, {"key-storage-limits"},
             {"fast-forward-claim", "-c", "1", "-f"}, {"encrypt", "-i", file}})
        refuse(here, args + arguments{"-k", unknown_uuid}, 51, sentence);
}
