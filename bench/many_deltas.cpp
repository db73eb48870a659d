#include "bench/many_deltas.hpp"

#include "ecs/ecs_sfc.hpp"
#include "storage/config/config_file.hpp"
#include "storage/container/attributes.hpp"
#include "storage/container/container_file.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"
#include "storage/records/place_record.hpp"
#include <map>

namespace omegasafe::bench {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_real_deltas = 2'000;

/// Writes a whole container entry by entry.
template <class Fill>
void write_container(const fs::path& path, const password_ptr& password, Fill fill) {
    storage::atomic_file file(path, storage::existing_target::replace);
    storage::sfc_writer writer(file, password);
    fill(writer);
    writer.finish();
    file.commit();
}

std::vector<std::uint8_t> ecs_attributes(const uuid& key_uuid, const storage::iteration_info& info, u128 next) {
    return storage::to_attributes(
        {{"format", 1}, {"kind", "delta"}, {"key_uuid", crypto::to_string(key_uuid)}, {"seq_number", info.seq_number},
            {"start_global_position", crypto::position_to_json<nlohmann::json>(info.first_position())},
            {"end_global_position", crypto::position_to_json<nlohmann::json>(info.last_position())},
            {"next_global_position", crypto::position_to_json<nlohmann::json>(next)}});
}

} // namespace

password_ptr the_password() {
    static const auto password = [] {
        const auto text = crypto::generate_password();
        ::setenv("OMEGASAFE_CONFIG_PASSWORD", std::string{text.text()}.c_str(), 1);
        return std::make_shared<storage::sfc_password>(text.text());
    }();
    return password;
}

many_deltas::many_deltas(std::uint64_t count) {
    const crypto::key_geometry geometry{chain_bytes, chain_bytes, rotors};
    maps_ = std::make_shared<const crypto::key_material>(crypto::key_material::generate(geometry));
    alpha_ = make_iteration(0);
    make_root(root);
    write_containers(count);
}

key_iteration_ptr many_deltas::make_iteration(std::uint64_t seq) const {
    const storage::iteration_info info{
        key_uuid, crypto::random_uuid(), seq, "bench", "0", {chain_bytes, chain_bytes, rotors}};
    // All have one key of tags, too: deriving thousands takes long.
    return std::make_shared<const storage::key_iteration>(
        info, std::make_shared<const crypto::cipher>(maps_), crypto::secure_bytes(32));
}

void many_deltas::make_root(const fs::path& where) const {
    const auto password = the_password();
    fs::create_directory(where);
    const auto text = storage::default_config_text();
    storage::atomic_file file(where / "config.ini", storage::existing_target::refuse);
    file.write_at(0, crypto::as_bytes(text));
    file.commit();
    write_container(where / "ecs_storage.sfc", password, [&](storage::sfc_writer& writer) {
        writer.add(ecs_uuid,
            storage::to_attributes(
                {{"format", 1}, {"ecs_name", "bench"}, {"ecs_type", "SFC"}, {"path", ecs_path.string()}}),
            {});
    });
}

/// The newest Delta has half its positions claimed: for the PERFORMANCE cache of this device.
void many_deltas::write_containers(std::uint64_t count) {
    const auto capacity = alpha_->info.geometry.capacity();
    storage::atomic_file keys_file(root / "omegasafe_keys.sfc", storage::existing_target::replace);
    storage::atomic_file cache_file(root / "local_cache.sfc", storage::existing_target::replace);
    storage::atomic_file ecs_file(ecs_path, storage::existing_target::replace);
    storage::sfc_writer keys(keys_file, the_password()), cache(cache_file, the_password()), ecs(ecs_file, nullptr);
    std::uint64_t alpha_next = 0;
    for (std::uint64_t seq = 0; seq <= count; ++seq) {
        const auto iteration = seq == 0 ? alpha_ : make_iteration(seq);
        const auto& info = iteration->info;
        const bool hollow = count > most_real_deltas && seq > 0 && seq < count;
        keys.add(info.iteration_uuid, storage::encode(info),
            hollow ? crypto::secure_bytes{} : storage::encode_stored(*iteration));
        storage::cache_entry entry{key_uuid, info.iteration_uuid, seq, ecs_uuid, info.first_position(), {}};
        if (seq == count && seq > 0) {
            newest = info.iteration_uuid;
            entry.floor += capacity / 2;
            entry.claims.push_back(
                {cache_reason::performance, {info.first_position(), entry.floor - 1}, info.first_position()});
        }
        cache.add(info.iteration_uuid, storage::encode(entry), {});
        if (seq == 0)
            continue;
        const auto sealed =
            hollow ? std::vector<std::uint8_t>{} : storage::seal_delta(*alpha_, alpha_next, *iteration, nullptr);
        alpha_next += storage::delta_positions(info);
        ecs.add(info.iteration_uuid, ecs_attributes(key_uuid, info, entry.floor), sealed);
    }
    ecs.add(key_uuid,
        storage::to_attributes({{"format", 1}, {"kind", "key"}, {"key_name", "bench"}, {"omegasafe_version", "0"},
            {"alpha_capacity", capacity}, {"alpha_next", alpha_next}}),
        {});
    cache.add(storage::place_entry_uuid, storage::encode(storage::place_of(cache_file.descriptor())), {});
    for (auto* writer : {&keys, &cache, &ecs})
        writer->finish();
    for (auto* file : {&keys_file, &cache_file, &ecs_file})
        file->commit();
}

fs::path many_deltas::make_second_root() {
    static int number = 0;
    const auto second = folder / ("second" + std::to_string(++number));
    make_root(second);
    const auto& info = alpha_->info;
    write_container(second / "omegasafe_keys.sfc", the_password(), [&](storage::sfc_writer& writer) {
        writer.add(info.iteration_uuid, storage::encode(info), storage::encode_stored(*alpha_));
    });
    write_container(second / "local_cache.sfc", the_password(), [&](storage::sfc_writer& writer) {
        writer.add(info.iteration_uuid, storage::encode({key_uuid, info.iteration_uuid, 0, ecs_uuid, 0, {}}), {});
    });
    return second;
}

many_deltas& device_with(std::uint64_t count) {
    static std::map<std::uint64_t, many_deltas> made;
    return made.try_emplace(count, count).first->second;
}

} // namespace omegasafe::bench
