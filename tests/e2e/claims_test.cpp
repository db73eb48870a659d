// The claiming scenarios that a local ECS can show, through the real binary: settings by environment, the ECS pointer
// and the local cache as witnesses.
#include "ecs/ecs_sfc.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"
#include "storage/records/place_record.hpp"
#include "tests/support/config_root.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

using counts = std::vector<std::uint64_t>;

constexpr auto performance = cache_reason::performance;
constexpr auto offline = cache_reason::offline;

/// A root with a key; a file of n bytes takes a bit more than n positions (metadata and a random suffix up to 5 %).
struct one_root {
    config_root root;
    uuid key = crypto::parse_uuid(root.initialise_with_key()).value();
    fs::path ecs_path = root.folder() / "ecs.sfc";

    one_root() { settings("0.001", "0"); }

    /// Chunk and target in GB: 0.001 are 1,000,000 positions.
    void settings(const std::string& chunk, const std::string& target, const std::string& mode = "FALSE") {
        root.options.env["OMEGASAFE_CACHE_PERFORMANCE_KEY_CAPACITY_GB"] = chunk;
        root.options.env["OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB"] = target;
        root.options.env["OMEGASAFE_OFFLINE_MODE"] = mode;
    }

    run_result encrypt(std::size_t bytes) const {
        const auto file = root.make_file("data", bytes);
        return root.run({"encrypt", "-i", file.string(), "-k", crypto::to_string(key)});
    }
    bool encrypts(std::size_t bytes) const {
        const auto result = encrypt(bytes);
        UNSCOPED_INFO(result.describe());
        return result.exit_code == 0;
    }

    std::uint64_t pointer() const { return static_cast<std::uint64_t>(ecs::ecs_sfc{ecs_path}.deltas(key).back().next); }
    /// Positions that encrypting a file of `bytes` claims at the ECS.
    std::uint64_t claimed_by(std::size_t bytes) const {
        const auto before = pointer();
        CHECK(encrypts(bytes));
        return pointer() - before;
    }

    storage::cache_entry cache() const {
        const auto password = std::make_shared<storage::sfc_password>(root.options.env.at("OMEGASAFE_CONFIG_PASSWORD"));
        const auto file = storage::open_container(root.path() / "local_cache.sfc", password);
        for (const auto& stored : file->entries())
            if (stored.id != storage::place_entry_uuid)
                if (auto entry = storage::decode_cache_entry(stored.attributes); entry.seq_number == 1)
                    return entry;
        throw std::runtime_error("no cache entry of Delta 1");
    }
    /// Rests of the claims of one reason, smallest first.
    counts held(cache_reason reason) const {
        counts rests;
        for (const auto& claim : cache().claims)
            if (claim.reason == reason)
                rests.push_back(static_cast<std::uint64_t>(claim.remaining()));
        std::ranges::sort(rests);
        return rests;
    }

    void ecs_away() const { fs::rename(ecs_path, ecs_path.string() + ".away"); }
};

} // namespace

TEST_CASE_METHOD(one_root, "P1, P2, P3, M1, M3, E4: chunks are claimed whole and then used without the ECS") {
    CHECK(claimed_by(300'000) == 1'000'000);
    CHECK(held(performance).size() == 1);
    CHECK(claimed_by(900'000) == 1'000'000); // more than the rest of the first chunk
    CHECK(held(performance).size() == 2);
    CHECK(claimed_by(2'300'000) == 3'000'000);
    CHECK(held(performance).size() == 3);
    CHECK(held(offline).empty());
    const auto before = held(performance);
    ecs_away();
    CHECK(encrypts(500'000));
    CHECK(held(performance) != before);
}

TEST_CASE_METHOD(one_root, "P4, M7: without the PERFORMANCE cache exactly the request is claimed") {
    settings("0", "0");
    const auto claimed = claimed_by(300'000);
    CHECK(claimed >= 301'024);
    CHECK(claimed <= 316'024);
    CHECK(cache().claims.empty());
    CHECK(cache().floor == pointer());
}

TEST_CASE_METHOD(one_root, "M2, M6, O3: OFFLINE_MODE leaves PERFORMANCE hits alone and otherwise uses OFFLINE alone") {
    settings("0.001", "0.0005");
    REQUIRE(claimed_by(100'000) == 1'500'000);
    settings("0.001", "0.0009", "TRUE"); // the target is not reached any more
    CHECK(claimed_by(300'000) == 0);
    CHECK(held(offline) == counts{500'000});
    settings("0", "0.0009", "TRUE");
    CHECK(claimed_by(300'000) == 0);
    CHECK(held(offline).front() < 200'000);
    const auto before = cache();
    const auto refused = encrypt(300'000);
    CHECK(refused.exit_code == 71);
    CHECK_THAT(refused.err, Catch::Contains("OFFLINE_MODE is on, and the OFFLINE cache is insufficient"));
    CHECK(cache() == before);
}

TEST_CASE_METHOD(one_root, "O1, O4, M8, E2, E3: OFFLINE is topped up by the full target, and only below it") {
    settings("0", "0.0005");
    const auto first = claimed_by(100'000);
    CHECK(first >= 601'024);
    CHECK(held(offline) == counts{500'000});
    CHECK(claimed_by(100'000) <= 106'024); // exactly at the target
    settings("0", "0.0005", "TRUE");
    CHECK(claimed_by(10'000) == 0);
    const auto below = held(offline).front();
    CHECK(below < 500'000);
    settings("0", "0.0005");
    CHECK(claimed_by(100'000) >= 601'024);
    CHECK(held(offline) == counts{below, 500'000});
}

TEST_CASE_METHOD(one_root, "O5, O6, M5, M12: with the ECS file away OFFLINE serves as long as one claim can") {
    settings("0.001", "0.0005");
    REQUIRE(claimed_by(950'000) == 1'500'000); // next to nothing is left in the PERFORMANCE cache
    ecs_away();
    CHECK(encrypts(300'000));
    CHECK(held(offline).front() < 200'000);
    const auto before = cache();
    const auto refused = encrypt(300'000);
    CHECK(refused.exit_code == 71);
    CHECK(refused.signal == 0);
    CHECK_THAT(refused.err, Catch::Contains("ecs.sfc cannot be opened") &&
                                Catch::Contains("the OFFLINE cache is insufficient: no single OFFLINE claim has"));
    CHECK(cache() == before);
}

TEST_CASE_METHOD(one_root, "O7: with a target of 0 there is no top-up, and what is held stays usable") {
    settings("0", "0.0005");
    REQUIRE(encrypts(1'000));
    settings("0", "0");
    CHECK(claimed_by(100'000) <= 106'024);
    CHECK(held(offline) == counts{500'000});
    ecs_away();
    CHECK(encrypts(100'000));
    CHECK(held(offline).front() < 400'000);
}

TEST_CASE_METHOD(one_root, "M11: an ECS file that is damaged is the answer, though OFFLINE could serve") {
    settings("0", "0.0005");
    REQUIRE(encrypts(1'000));
    write_text(ecs_path, "no container");
    const auto refused = encrypt(100'000);
    CHECK(refused.exit_code == 40);
    CHECK(held(offline) == counts{500'000});
}

TEST_CASE_METHOD(one_root, "high-water guard: an ECS file restored from an old copy is refused with 70") {
    settings("0", "0.0005");
    fs::copy_file(ecs_path, root.folder() / "old.sfc");
    REQUIRE(encrypts(1'000));
    fs::rename(root.folder() / "old.sfc", ecs_path);
    const auto before = cache();
    const auto refused = encrypt(100'000);
    CHECK(refused.exit_code == 70);
    CHECK(cache() == before);
}

TEST_CASE("settings of config.ini decide where the environment is silent") {
    config_root root;
    const auto key = root.initialise_with_key();
    auto ini = read_text(root.path() / "config.ini");
    for (const auto& [from, to] :
        {std::pair{"CACHE_PERFORMANCE_KEY_CAPACITY_GB = 10", "CACHE_PERFORMANCE_KEY_CAPACITY_GB = 0.002"},
            std::pair{"CACHE_OFFLINE_KEY_CAPACITY_GB = 10", "CACHE_OFFLINE_KEY_CAPACITY_GB = 0.001"}}) {
        const auto at = ini.find(from);
        REQUIRE(at != std::string::npos);
        ini.replace(at, std::string_view{from}.size(), to);
    }
    write_text(root.path() / "config.ini", ini);
    const auto file = root.make_file("data", 1'000);
    REQUIRE(root.run({"encrypt", "-i", file.string(), "-k", key}).exit_code == 0);
    const auto known = ecs::ecs_sfc{root.folder() / "ecs.sfc"}.deltas(crypto::parse_uuid(key).value());
    CHECK(known.back().next == 3'000'000);
}
