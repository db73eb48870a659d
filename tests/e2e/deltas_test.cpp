// Deltas between devices: pull-missing-deltas, import-key's pull, import-key-delta and fast-forward-claim, through the
// program. The rules themselves (D1 to D8, E1 to E8) are played in tests/scenario.
#include "crypto/uuid.hpp"
#include "ecs/ecs_sfc.hpp"
#include "tests/e2e/e2e_support.hpp"

using namespace omegasafe::test;

namespace {

/// Two devices with one key; `there` has its Alpha and the first Delta.
struct shared_key {
    config_root here, there;
    std::string key = here.initialise_with_key();
    std::string ecs = ecs_uuid_of(here);
    fs::path ecs_file = here.folder() / "ecs.sfc";

    shared_key() {
        switch_caches_off(here);
        there.initialise();
        switch_caches_off(there);
        succeed(here, {"export-ecs", "-e", ecs, "-o", (here.folder() / "ecs.export").string()});
        succeed(here, {"export-key", "-k", key, "-o", (here.folder() / "key").string()});
        succeed(there, {"import-ecs", "-i", (here.folder() / "ecs.export").string()});
    }

    run_result import_key() {
        return succeed(there, {"import-key", "-e", ecs, "-i", (here.folder() / "key").string()});
    }

    json deltas() const { return json_of(here, {"view-key", "-k", key})["deltas"]; }
    std::string delta(std::size_t sequence) const { return deltas().at(sequence - 1)["delta_uuid"]; }

    /// The container of one Delta as the ECS keeps it.
    fs::path container(std::size_t sequence) const {
        const auto bytes = omegasafe::ecs::ecs_sfc{ecs_file}.download(
            *omegasafe::crypto::parse_uuid(key), *omegasafe::crypto::parse_uuid(delta(sequence)));
        const auto file = here.folder() / ("delta-" + std::to_string(sequence));
        write_text(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        return file;
    }
};

} // namespace

TEST_CASE_METHOD(shared_key, "D5, E8: import-key pulls every Delta there is and makes the first local claims") {
    for (int i = 0; i < 5; ++i)
        renew(here, key);
    succeed(there, {"set-config", "-p", "10", "-f", "10"});
    const auto got = import_key();
    require_line(got, "Deltas on this device: 6");
    require_line(got, "Local claims: performance 1, offline 1");
    require_line(succeed(there, {"pull-missing-deltas", "-k", key}), "No missing deltas found for key_uuid=" + key);
}

TEST_CASE_METHOD(shared_key, "D7: pull-missing-deltas pulls what is missing, in order, and says so") {
    import_key();
    for (int i = 0; i < 3; ++i)
        renew(here, key);
    const auto file = here.make_file("latest", 3000);
    const auto latest = sealed(here, key, file, "latest.omegasafe");

    const auto pulled = succeed(there, {"pull-missing-deltas", "-k", key, "-l", "WARNING"});
    REQUIRE(pulled.out == "Missing deltas: 3\n  Imported Delta 2 (" + delta(2) + ")\n  Imported Delta 3 (" + delta(3) +
                              ")\n  Imported Delta 4 (" + delta(4) + ")\nPull completed: imported=3, skipped=0\n");
    REQUIRE(
        succeed(there, {"pull-missing-deltas", "-k", key}).out == "No missing deltas found for key_uuid=" + key + "\n");
    const auto nothing = json_of(there, {"pull-missing-deltas", "-k", key});
    REQUIRE(nothing["missing"] == 0);
    fs::rename(ecs_file, here.folder() / "away");
    require_opens(there, latest, file); // nothing more is needed from the ECS
    refuse(there, {"pull-missing-deltas", "-k", key}, 63, ecs_file.string());
}

TEST_CASE_METHOD(shared_key, "D4: decrypt pulls up to the Delta of the file and no further") {
    import_key();
    renew(here, key);
    const auto file = here.make_file("second", 3000);
    const auto second = sealed(here, key, file, "second.omegasafe");
    renew(here, key);
    require_opens(there, second, file);
    const auto rest = json_of(there, {"pull-missing-deltas", "-k", key});
    REQUIRE(rest["imported"].size() == 1);
    REQUIRE(rest["imported"][0]["seq_number"] == 3);
}

TEST_CASE_METHOD(shared_key, "D8: import-key-delta works while the ECS is away") {
    import_key();
    renew(here, key);
    renew(here, key);
    const auto file = here.make_file("third", 3000);
    const auto third = sealed(here, key, file, "third.omegasafe");
    const auto delta_2 = container(2).string(), delta_3 = container(3).string();
    const auto uuid_2 = delta(2);
    fs::rename(ecs_file, here.folder() / "away");

    refuse(there, {"import-key-delta", "-i", delta_3, "-f"}, 53, "only 2 can follow");
    const auto imported = succeed(there, {"import-key-delta", "-i", delta_2, "-f"});
    require_line(imported, "Delta imported.");
    require_line(imported, "  Key UUID:         " + key);
    require_line(imported, "  Iteration UUID:   " + uuid_2);
    require_line(imported, "  Sequence:         2");
    require_line(imported, "  Global positions: 59319000 .. 118637999");
    require_line(succeed(there, {"import-key-delta", "-i", delta_2, "-f"}),
        "The Delta is already present; nothing was imported.");
    REQUIRE(json_of(there, {"import-key-delta", "-i", delta_3, "-f"})["delta"]["seq_number"] == 3);
    require_opens(there, third, file);

    refuse(there, {"import-key-delta", "-i", (here.folder() / "key").string(), "-f"}, 40, "");
    config_root stranger;
    stranger.initialise();
    refuse(stranger, {"import-key-delta", "-i", delta_2, "-f"}, 51, "import-key");
}

TEST_CASE_METHOD(
    shared_key, "a Delta of the same sequence from elsewhere is a conflict, found by every command that looks") {
    import_key();
    const auto before = here.folder() / "before";
    fs::copy_file(ecs_file, before);
    renew(here, key);
    const auto foreign = container(2).string();
    fs::rename(before, ecs_file); // as if the ECS had never heard of it: the next device makes another Delta 2
    renew(there, key);

    for (const auto& args : std::vector<arguments>{{"view-key", "-k", key}, {"pull-missing-deltas", "-k", key},
             {"encrypt", "-i", here.make_file("a", 10).string(), "-k", key}}) {
        const auto conflict = refuse(here, args, 53, "at the ECS; nothing was pulled or changed");
        CHECK(conflict.err.find("delete-key") == std::string::npos); // that would destroy the key for everybody
    }
    refuse(there, {"import-key-delta", "-i", foreign, "-f"}, 53, "already has another Delta 2");
    CHECK(error_of(here, {"view-key", "-k", key})["code"] == "delta_conflict");
}

TEST_CASE_METHOD(shared_key, "fast-forward-claim uses up positions at the ECS and nothing else") {
    import_key();
    refuse(there, {"fast-forward-claim", "-k", key, "-c", "1"}, 2, "--force");
    const auto moved = succeed(there, {"fast-forward-claim", "-k", key, "-c", "1000", "-f"});
    // import-key used one position.
    require_line(moved, labelled("Claimed up to", "0"));
    require_line(moved, labelled("Forward movement", "1000"));
    require_line(moved, "  New claimed position:    1000");
    require_line(moved, "Claimed position moved forward.");
    require_line(moved, "  Remaining capacity:      59,317,999 of 59,319,000");
    REQUIRE(deltas()[0]["latest_claimed_global_position"] == 1000);

    const auto again = json_of(there, {"fast-forward-claim", "-k", key, "-c", "59317999", "-f"});
    REQUIRE(again["previous_claimed_global_position"] == 1000);
    REQUIRE(again["latest_claimed_global_position"] == 59318999);
    REQUIRE(again["remaining"] == 0);
    refuse(there, {"fast-forward-claim", "-k", key, "-c", "1", "-f"}, 2, "0 positions that Delta 1 has left");
    for (const auto* size : {"0", "-1", "1.5", "many", "18446744073709551616"})
        refuse(there, {"fast-forward-claim", "-k", key, "-c", size, "-f"}, 2, "--claim-size");

    succeed(here, {"encrypt", "-i", here.make_file("a", 10).string(), "-k", key}); // Delta 2
    refuse(there, {"fast-forward-claim", "-k", key, "-c", "1", "-f"}, 53,
        "omegasafe pull-missing-deltas --key-uuid " + key);
    REQUIRE(deltas()[1]["latest_claimed_global_position"].get<std::uint64_t>() < 59319000 + 2000);
}

TEST_CASE_METHOD(shared_key, "fast-forward-claim leaves local claims alone and raises the floor") {
    succeed(here, {"set-config", "-p", "10", "-f", "10"});
    sealed(here, key, here.make_file("a", 10), "a.omegasafe");
    const auto before = json_of(here, {"view-key", "-k", key})["local_cache_data"];
    REQUIRE(before["local_claims_count"] == 2);
    const auto copy = here.folder() / "copy";
    fs::copy_file(ecs_file, copy);
    succeed(here, {"fast-forward-claim", "-k", key, "-c", "5000", "-f"});
    REQUIRE(json_of(here, {"view-key", "-k", key})["local_cache_data"] == before);
    // An ECS that forgot the movement must not give those positions away again.
    fs::rename(copy, ecs_file);
    switch_caches_off(here);
    refuse(here, {"encrypt", "-i", here.make_file("b", 10).string(), "-k", key}, 70, "this device has reserved up to");
}
