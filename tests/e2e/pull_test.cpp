// A pull of many Deltas, killed at any moment: what is here afterwards has no gap, and the next command goes on from
// there.
#include "ecs/ecs_sfc.hpp"
#include "storage/config/config_file.hpp"
#include "storage/container/container_file.hpp"
#include "storage/records/key_iteration.hpp"
#include "tests/support/config_root.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <random>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

constexpr std::uint64_t newest = 100;

class pulling_device {
public:
    pulling_device() : key_uuid_(*crypto::parse_uuid(root.initialise_with_key())) {
        storage::set_property(root.path(), "CACHE_PERFORMANCE_KEY_CAPACITY_GB", "0"); // each claim asks the ECS
        password_ = std::make_shared<storage::sfc_password>(root.options.env.at("OMEGASAFE_CONFIG_PASSWORD"));
        const auto keys = open("omegasafe_keys.sfc");
        for (const auto& entry : keys->entries())
            if (const auto key = storage::decode_iteration_key(entry.attributes); key && key->seq_number == 0)
                alpha_ = storage::decode_stored(keys->read(entry, storage::max_payload_bytes));
    }

    /// As another device does that renews the key again and again.
    void make_deltas_at_ecs() {
        ecs::ecs_sfc ecs{root.folder() / "ecs.sfc"};
        auto info = alpha_->info;
        const auto maps = std::make_shared<const crypto::key_material>(crypto::key_material::generate(info.geometry));
        for (info.seq_number = 2; info.seq_number <= newest; ++info.seq_number) {
            info.iteration_uuid = crypto::random_uuid();
            const storage::key_iteration delta{info, std::make_shared<const crypto::cipher>(maps)};
            const auto range = ecs.claim_alpha({key_uuid_, storage::delta_positions(info)});
            ecs.upload(key_uuid_,
                {info.iteration_uuid, info.seq_number, {info.first_position(), info.last_position()},
                    info.first_position()},
                storage::seal_delta(*alpha_, static_cast<std::uint64_t>(range.first), delta, nullptr));
        }
    }

    /// The newest Delta here; all before it must be here too, with their cache entries.
    std::uint64_t newest_here() const {
        const auto keys = open("omegasafe_keys.sfc"), cache = open("local_cache.sfc");
        std::vector<bool> here(newest + 1);
        for (const auto& entry : keys->entries()) {
            here.at(storage::decode_iteration_info(entry.attributes).seq_number) = true;
            REQUIRE(cache->find(entry.id) != nullptr);
        }
        REQUIRE(std::ranges::count(here, true) == static_cast<std::ptrdiff_t>(keys->entries().size()));
        REQUIRE(std::ranges::is_partitioned(here, std::identity{}));
        return keys->entries().size() - 1;
    }

    config_root root;

    std::string key() const { return crypto::to_string(key_uuid_); }

private:
    std::shared_ptr<const storage::sfc_reader> open(const char* name) const {
        return storage::open_container(root.path() / name, password_);
    }

    uuid key_uuid_;
    storage::sfc_password_ptr password_;
    storage::key_iteration_ptr alpha_;
};

} // namespace

TEST_CASE("a pull killed at any moment leaves no gap and is taken up again") {
    pulling_device device;
    device.make_deltas_at_ecs();
    const auto& root = device.root;
    const auto file = root.make_file("data", 1000);
    const auto sealed = root.folder() / "data.omegasafe";
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    int killed = 0;
    bool done = false;
    for (std::uint64_t here = 1; !done;) {
        process running(
            root.with_config_dir({"encrypt", "-i", file.string(), "-k", device.key(), "-o",
                root.folder().path().string(), "-f", "data.omegasafe", "--overwrite"}), // a kill after it appeared
            root.options);
        if (killed < 30) {
            std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150));
            running.kill(SIGKILL);
        }
        const auto result = running.wait();
        INFO(result.describe());
        REQUIRE((result.exit_code == 0 || result.signal == SIGKILL));
        killed += result.signal == SIGKILL;
        done = result.exit_code == 0;
        const auto now = device.newest_here();
        CHECK(now >= here);
        here = now;
    }
    CHECK(killed > 0);
    CHECK(device.newest_here() == newest);
    CHECK(root.run({"verify", "-i", sealed.string()}).exit_code == 0);
}
