#include "tests/scenario/device.hpp"

#include "crypto/kdf.hpp"
#include "ecs/ecs_entry_file.hpp"
#include "ecs/ecs_http.hpp"
#include "storage/config/config_file.hpp"
#include "tests/scenario/http_world.hpp"
#include <algorithm>
#include <fmt/format.h>

namespace omegasafe::test {

namespace fs = std::filesystem;

device::device() {
    static const auto generated = crypto::generate_password(); // no scrypt: every step starts the actors anew
    ::setenv("OMEGASAFE_CONFIG_PASSWORD", std::string{generated.text()}.c_str(), 1);
    fs::create_directory(root);
    if (auto* const world = http_world::here())
        world->order(nlohmann::json::array()); // a former scenario's
    restart();
    const auto password = std::make_shared<const crypto::secure_bytes>(generated.text());
    ask<void>(actors().config, create_root{password, false, false, nullptr});
    configure(10, 10);
}

void device::create_key(const fs::path& path) {
    auto* const world = http_world::here();
    if (world) {
        ecs_entry_here = world->entry("ecs");
        store_entry(ecs_entry_here);
    } else {
        ecs_entry_here = ask<ecs_entry>(actors().ecs_directory, create_sfc_ecs{"ecs", path});
    }
    ecs_path = ecs_entry_here.path;
    ecs_uuid = ecs_entry_here.ecs_uuid;
    const auto created =
        ask<created_key>(actors().delta_sync, omegasafe::create_key{"key", ecs_uuid, 100'000, 100'000, 2, 0,
                                                  world ? world->storage_uuid() : std::optional<uuid>{}});
    key_uuid = created.iterations->front().key_uuid;
}

void device::store_entry(const ecs_entry& entry) {
    const auto password = ask<password_ptr>(actors().config, get_container_password{});
    storage::update_container(root / "ecs_storage.sfc", password, [&](const storage::sfc_reader&) {
        storage::container_changes changes;
        changes.put.push_back(ecs::to_stored(entry));
        return changes;
    });
}

void device::join(device& other) {
    ecs_entry_here = other.ecs_entry_here;
    ecs_path = other.ecs_path;
    ecs_uuid = other.ecs_uuid;
    key_uuid = other.key_uuid;
    store_entry(ecs_entry_here);
    const auto alpha = other.ask<key_iteration_ptr>(other.actors().key_store, load_iteration{key_uuid, 0});
    ask<void>(actors().claim_cache, create_cache_entry{key_uuid, alpha->info.iteration_uuid, 0, ecs_uuid});
    ask<void>(actors().key_store, add_iteration{alpha});
}

void device::configure(double performance_units, double offline_units, bool offline_mode) {
    const auto gigabytes = [](double units) { return fmt::format("{:.9f}", units * unit / 1e9); };
    storage::set_property(root, "CACHE_PERFORMANCE_KEY_CAPACITY_GB", gigabytes(performance_units));
    storage::set_property(root, "CACHE_OFFLINE_KEY_CAPACITY_GB", gigabytes(offline_units));
    storage::set_property(root, "OFFLINE_MODE", offline_mode ? "TRUE" : "FALSE");
    restart();
}

claimed_range device::claim_positions(std::uint64_t size) {
    return ask<claimed_range>(actors().claimant, claim_request{key_uuid, size});
}

failure device::claim_failure(double units) {
    try {
        claim(units);
    } catch (const failure& problem) {
        return problem;
    }
    return {errc::none, ""};
}

void device::hold(cache_reason reason, double units) {
    const auto iteration = entry().iteration_uuid;
    const auto size = static_cast<std::uint64_t>(units * unit) + 1; // one position is taken at once
    const claim_delta_positions wanted{key_uuid, iteration, size};
    auto* const world = http_world::here();
    const auto range = world ? ecs::ecs_http{world->past_the_proxy()}.claim_delta(wanted) : ecs().claim_delta(wanted);
    const bool quick = reason == cache_reason::performance;
    ask<position_range>(
        actors().claim_cache, accept_range{iteration, range, quick ? size : 0, quick ? 0 : size - 1, 1});
}

std::vector<std::uint64_t> device::held(cache_reason reason) {
    std::vector<std::uint64_t> rests;
    for (const auto& claim : entry().claims)
        if (claim.reason == reason)
            rests.push_back(static_cast<std::uint64_t>(claim.remaining()));
    std::ranges::sort(rests);
    return rests;
}

storage::cache_entry device::entry() {
    return ask<cache_entries_ptr>(actors().claim_cache, list_cache_entries{key_uuid})->back();
}

std::vector<std::uint64_t> device::sequences() {
    std::vector<std::uint64_t> found;
    const auto iterations = ask<iterations_ptr>(actors().key_store, list_key_iterations{key_uuid});
    for (const auto& info : *iterations)
        found.push_back(info.seq_number);
    return found;
}

std::uint64_t device::pointer() {
    const auto newest = deltas_at_ecs().back();
    return static_cast<std::uint64_t>(newest.next - newest.positions.first);
}

std::vector<ecs_delta> device::deltas_at_ecs() {
    if (auto* const world = http_world::here())
        return ecs::ecs_http{world->past_the_proxy()}.deltas(key_uuid);
    return ecs().deltas(key_uuid);
}

void device::ecs_away() const {
    if (auto* const world = http_world::here())
        world->order(nlohmann::json::array({nlohmann::json{{"action", "cut_before"}, {"times", 1'000'000}}}));
    else
        fs::rename(ecs_path, ecs_path.string() + ".away");
}

void device::ecs_back() const {
    if (auto* const world = http_world::here())
        world->order(nlohmann::json::array());
    else
        fs::rename(ecs_path.string() + ".away", ecs_path);
}

void device::ecs_plays(std::vector<ecs_order> orders) {
    ask_stand_in<void>(play_orders{std::move(orders)});
}

std::vector<ecs_record> device::ecs_records() {
    return ask_stand_in<std::vector<ecs_record>>(get_records{});
}

template <class Answer, class Request>
Answer device::ask_stand_in(const Request& request) {
    for (int attempt = 1;; ++attempt) {
        try {
            const auto connection = ask<ecs_connection_actor>(actors().ecs_directory, connect_ecs{ecs_uuid});
            return ask<Answer>(as_stand_in(connection), request);
        } catch (const failure& problem) {
            if (problem.code() != errc::internal || attempt == 1000) // the news of a crash may still be under way
                throw;
        }
    }
}

} // namespace omegasafe::test
