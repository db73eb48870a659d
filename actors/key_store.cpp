#include "actors/key_store.hpp"

#include "actors/key_access.hpp"
#include "actors/key_layers.hpp"
#include "actors/local_container.hpp"
#include "actors/make_actor.hpp"
#include "storage/records/key_iteration.hpp"
#include "storage/records/pending_delta.hpp"
#include <algorithm>
#include <deque>
#include <map>
#include <span>

namespace omegasafe::actors {

namespace {

using storage::iteration_info;

/// Iterations kept open: a batch works with one Delta and its Alpha, a decryption of many files with a few.
constexpr std::size_t kept_open = 4;

struct row {
    storage::iteration_key key;
    const storage::sfc_entry* entry = nullptr;
};

struct key_store_state {
    using handle_type = key_store_actor;
    static constexpr const char* name = "key_store";

    key_store_state(key_store_actor::pointer, const asker<key_store_actor>& me)
        : container(me, &storage::settings::keys_path), layers(me, container) {}
    key_store_actor::behavior_type behavior();
    actor_status status() const;

    local_container container;
    key_layers layers;
    std::deque<key_iteration_ptr> recent; // newest first
    // What `rows` were read from; the next request reads them again only when the container changed.
    std::shared_ptr<const storage::sfc_reader> file;
    std::vector<row> rows;    // in no order
    std::uint64_t loaded = 0; // iterations, from the container
};

/// Every iteration without its description: thousands are looked through, a few are decoded.
std::vector<row> rows_of(const storage::sfc_reader& file) {
    std::vector<row> rows;
    rows.reserve(file.entries().size());
    for (const auto& entry : file.entries())
        if (const auto key = storage::decode_iteration_key(entry.attributes))
            rows.push_back({*key, &entry});
    return rows;
}

const std::vector<row>& present_rows(key_store_state& state) {
    auto file = state.container.open();
    if (file != state.file) {
        state.rows = rows_of(*file);
        state.file = std::move(file);
    }
    return state.rows;
}

iterations_ptr decoded(std::vector<row> rows) {
    std::ranges::sort(rows, [](const row& a, const row& b) { return a.key < b.key; });
    auto infos = std::make_shared<std::vector<iteration_info>>();
    infos->reserve(rows.size());
    for (const auto& row : rows)
        infos->push_back(storage::decode_iteration_info(row.entry->attributes));
    return infos;
}

[[noreturn]] void refuse_without_alpha(const uuid& key_uuid) {
    throw failure(errc::alpha_missing, alpha_missing_sentence(key_uuid));
}

iterations_ptr iterations_of_key(key_store_state& state, const uuid& key_uuid) {
    auto rows = present_rows(state);
    std::erase_if(rows, [&](const row& r) { return r.key.key_uuid != key_uuid; });
    if (std::ranges::none_of(rows, [](const row& r) { return r.key.seq_number == 0; }))
        refuse_without_alpha(key_uuid);
    return decoded(std::move(rows));
}

iterations_ptr key_ends(key_store_state& state, const list_key_ends& request) {
    std::map<uuid, std::pair<row, row>> ends; // lowest and highest sequence
    for (const auto& found : present_rows(state)) {
        if (request.key_uuid && found.key.key_uuid != *request.key_uuid)
            continue;
        auto& [lowest, highest] = ends.try_emplace(found.key.key_uuid, found, found).first->second;
        if (found.key < lowest.key)
            lowest = found;
        if (highest.key < found.key)
            highest = found;
    }
    std::vector<row> rows;
    for (const auto& [key_uuid, pair] : ends) {
        rows.push_back(pair.first);
        if (pair.second.entry != pair.first.entry)
            rows.push_back(pair.second);
    }
    if (request.key_uuid && (rows.empty() || rows.front().key.seq_number != 0))
        refuse_without_alpha(*request.key_uuid);
    return decoded(std::move(rows));
}

const storage::sfc_entry& find(key_store_state& state, const load_iteration& wanted) {
    const storage::sfc_entry* found = nullptr;
    bool alpha = false;
    for (const auto& [key, entry] : present_rows(state)) {
        if (key.key_uuid != wanted.key_uuid)
            continue;
        alpha = alpha || key.seq_number == 0;
        if (key.seq_number == wanted.seq_number)
            found = entry;
    }
    if (!alpha)
        refuse_without_alpha(wanted.key_uuid);
    if (!found)
        throw failure(errc::delta_missing,
            "Delta " + std::to_string(wanted.seq_number) + " of key " + crypto::to_string(wanted.key_uuid) +
                " is not on this device and its ECS did not have it; ask who made the file for the "
                "Delta.");
    return *found;
}

key_iteration_ptr load(key_store_state& state, const load_iteration& wanted) {
    for (const auto& kept : state.recent)
        if (kept->info.key_uuid == wanted.key_uuid && kept->info.seq_number == wanted.seq_number)
            return kept;
    const auto& entry = find(state, wanted);
    auto iteration = storage::decode_stored(state.file->read(entry, storage::max_payload_bytes));
    if (iteration->info != storage::decode_iteration_info(entry.attributes))
        throw failure(errc::container_damaged, "The key store contradicts itself about Delta " +
                                                   std::to_string(wanted.seq_number) + " of key " +
                                                   crypto::to_string(wanted.key_uuid) + "; restore it from a copy.");
    ++state.loaded;
    state.recent.push_front(iteration);
    if (state.recent.size() > kept_open)
        state.recent.pop_back();
    return iteration;
}

[[noreturn]] void refuse_conflict(const iteration_info& info, const uuid& known) {
    throw failure(errc::delta_conflict, "This device already has another iteration " + std::to_string(info.seq_number) +
                                            " of key " + crypto::to_string(info.key_uuid) + " (" +
                                            crypto::to_string(known) + "); nothing was stored. " + start_over_advice);
}

void add(key_store_state& state, std::span<const key_iteration_ptr> iterations) {
    state.container.update([&](const storage::sfc_reader& file) {
        std::map<storage::iteration_key, uuid> taken;
        for (const auto& row : rows_of(file))
            taken.emplace(row.key, row.entry->id);
        storage::container_changes changes;
        for (const auto& iteration : iterations) {
            const auto& info = iteration->info;
            const auto [known, added] =
                taken.emplace(storage::iteration_key{info.key_uuid, info.seq_number}, info.iteration_uuid);
            if (!added && known->second != info.iteration_uuid)
                refuse_conflict(info, known->second);
            if (added && !file.find(info.iteration_uuid))
                changes.put.push_back({info.iteration_uuid, storage::encode(info), storage::encode_stored(*iteration)});
        }
        return changes;
    });
}

std::filesystem::path pending_path(key_store_state& state, const uuid& key_uuid) {
    return storage::pending_delta_path(state.container.path(), key_uuid);
}

void remove(key_store_state& state, const uuid& key_uuid) {
    std::erase_if(state.recent, [&](const key_iteration_ptr& i) { return i->info.key_uuid == key_uuid; });
    state.container.update([&](const storage::sfc_reader& file) {
        storage::container_changes changes;
        for (const auto& row : rows_of(file))
            if (row.key.key_uuid == key_uuid)
                changes.remove.push_back(row.entry->id);
        if (file.find(key_uuid)) // what is remembered of its layer
            changes.remove.push_back(key_uuid);
        return changes;
    });
    storage::discard_pending_delta(pending_path(state, key_uuid));
}

/// The keys that are here, those with an Alpha.
std::vector<uuid> present_keys(key_store_state& state) {
    std::vector<uuid> keys;
    for (const auto& row : present_rows(state))
        if (row.key.seq_number == 0)
            keys.push_back(row.key.key_uuid);
    return keys;
}

bool is_present(key_store_state& state, const uuid& key_uuid) {
    return std::ranges::any_of(
        present_rows(state), [&](const row& r) { return r.key.seq_number == 0 && r.key.key_uuid == key_uuid; });
}

void require_present(key_store_state& state, const uuid& key_uuid) {
    if (!is_present(state, key_uuid))
        refuse_without_alpha(key_uuid);
}

blob_ptr pending(key_store_state& state, const uuid& key_uuid) {
    auto container = storage::read_pending_delta(pending_path(state, key_uuid));
    return container ? std::make_shared<const std::vector<std::uint8_t>>(std::move(*container)) : nullptr;
}

key_store_actor::behavior_type key_store_state::behavior() {
    return {
        handle([this](const list_key_iterations& request) { return iterations_of_key(*this, request.key_uuid); }),
        handle([this](const list_key_ends& request) { return key_ends(*this, request); }),
        handle([this](const load_iteration& request) { return load(*this, request); }),
        handle([this](const add_iteration& request) {
            add(*this, {&request.iteration, 1});
        }),
        handle([this](const add_iterations& request) { add(*this, request.iterations); }),
        handle([this](const remove_key& request) { remove(*this, request.key_uuid); }),
        handle([this](const get_pending_delta& request) { return pending(*this, request.key_uuid); }),
        handle([this](const keep_pending_delta& request) {
            storage::keep_pending_delta(pending_path(*this, request.key_uuid), *request.container);
        }),
        handle([this](const discard_pending_delta& request) {
            storage::discard_pending_delta(pending_path(*this, request.key_uuid));
        }),
        handle([this](const get_key_layer& request) {
            require_present(*this, request.key_uuid);
            return layers.in_use(request.key_uuid, request.to_seal);
        }),
        handle([this](const list_layer_passwords& request) {
            return layers.known(present_keys(*this), request.key_uuid);
        }),
        handle([this](const remember_layer_password& request) {
            if (is_present(*this, request.key_uuid))
                layers.remember(request.key_uuid, request.password);
        }),
        handle([this](const set_key_layer& request) {
            require_present(*this, request.key_uuid);
            layers.set(request.key_uuid, request.password);
        }),
        handle([this](const pin_key_layer& request) {
            require_present(*this, request.key_uuid);
            return layers.pin(request.key_uuid);
        }),
        handle([this](const take_key_layer& request) { layers.take(*request.layer); }),
        handle([this](get_status) { return status(); }),
    };
}

actor_status key_store_state::status() const {
    return {
        name, {container.status(), {"iterations seen", std::to_string(rows.size())},
                  {"iterations held", std::to_string(recent.size())}, {"iterations loaded", std::to_string(loaded)}}};
}

} // namespace

std::string alpha_missing_sentence(const uuid& key_uuid) {
    return "The Alpha for key_uuid " + crypto::to_string(key_uuid) +
           " does not exist locally. You must obtain and import the Alpha key to the CLI by using 'import-key' "
           "command, to make the key actionable.";
}

key_store_actor spawn_key_store(const surroundings_ptr& here) {
    return make_actor<key_store_state>(here->system, asker<key_store_actor>{here});
}

} // namespace omegasafe::actors
