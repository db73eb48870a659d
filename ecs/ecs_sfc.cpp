#include "ecs/ecs_sfc.hpp"

#include "crypto/geometry.hpp"
#include "messages/limits.hpp"
#include "storage/container/attributes.hpp"
#include "storage/container/damage.hpp"
#include "storage/files/file_move.hpp"
#include "storage/records/ecs_file_entry.hpp"
#include <algorithm>
#include <omegasafe/error.hpp>

namespace omegasafe::ecs {

namespace {

using crypto::const_byte_span;
using crypto::secure_bytes;
using storage::attribute_reader;
using storage::container_changes;
using storage::ecs_entry_kind;
using storage::kind_of;
using storage::position_to_json;
using storage::sfc_entry;
using storage::sfc_reader;
using storage::to_attributes;

/// Of every entry; docs/formats.md says what raises it.
constexpr std::uint64_t entry_format = 1;

std::vector<std::uint8_t> encode_key(const ecs_key& key, const_byte_span rewritten = {}) {
    return to_attributes({{"format", entry_format}, {"kind", to_string(ecs_entry_kind::key)}, {"key_name", key.name},
                             {"omegasafe_version", key.omegasafe_version}, {"alpha_capacity", key.alpha_capacity},
                             {"alpha_next", position_to_json(key.alpha_next)}},
        rewritten);
}

std::vector<std::uint8_t> encode_delta(const uuid& key_uuid, const ecs_delta& delta, const_byte_span rewritten = {}) {
    return to_attributes({{"format", entry_format}, {"kind", to_string(ecs_entry_kind::delta)},
                             {"key_uuid", crypto::to_string(key_uuid)}, {"seq_number", delta.seq_number},
                             {"start_global_position", position_to_json(delta.positions.first)},
                             {"end_global_position", position_to_json(delta.positions.last)},
                             {"next_global_position", position_to_json(delta.next)}},
        rewritten);
}

/// What stays of a key: its UUID, so that no other key ever has it.
std::vector<std::uint8_t> encode_deleted_key() {
    return to_attributes({{"format", entry_format}, {"kind", to_string(ecs_entry_kind::deleted_key)}});
}

std::string name_of(const sfc_reader& file) {
    return "The ECS file " + file.source().name();
}

attribute_reader fields_of(const sfc_reader& file, const sfc_entry& entry) {
    return {entry.attributes, name_of(file), entry_format};
}

/// What a later version keeps in the file may belong to what is about to be changed: then nothing is.
void require_known_formats(const sfc_reader& file) {
    for (const auto& entry : file.entries())
        fields_of(file, entry);
}

/// Whether an entry says what file it is, in whatever format.
bool names_an_ecs(const sfc_reader& file, const sfc_entry& entry) {
    return kind_of({entry.attributes, name_of(file)}) == ecs_entry_kind::ecs;
}

[[noreturn]] void refuse_contradiction(const sfc_reader& file) {
    throw storage::damaged(name_of(file) + " is damaged: the positions of an entry contradict each other");
}

const sfc_entry& key_entry(const sfc_reader& file, const uuid& key_uuid) {
    const auto* entry = file.find(key_uuid);
    if (!entry || kind_of(fields_of(file, *entry)) != ecs_entry_kind::key)
        throw failure(
            errc::key_unknown, "The ECS file " + file.source().name() + " has no key " + crypto::to_string(key_uuid) +
                                   "; if its create-key was interrupted, delete-key removes what is left of it.");
    return *entry;
}

ecs_key key_in(const sfc_reader& file, const uuid& key_uuid) {
    const auto fields = fields_of(file, key_entry(file, key_uuid));
    ecs_key key{key_uuid, fields.text("key_name"), fields.text("omegasafe_version"), fields.number("alpha_capacity"),
        fields.position("alpha_next")};
    if (key.alpha_next > key.alpha_capacity)
        refuse_contradiction(file);
    return key;
}

ecs_delta decode_delta(const sfc_reader& file, const sfc_entry& entry) {
    const auto fields = fields_of(file, entry);
    const ecs_delta delta{entry.id, fields.number("seq_number"),
        {fields.position("start_global_position"), fields.position("end_global_position")},
        fields.position("next_global_position")};
    if (delta.positions.first > delta.positions.last || delta.next < delta.positions.first ||
        delta.next > delta.positions.last + 1)
        refuse_contradiction(file);
    return delta;
}

const sfc_entry& delta_in(const sfc_reader& file, const uuid& key_uuid, const uuid& delta_uuid) {
    key_in(file, key_uuid);
    const auto* entry = file.find(delta_uuid);
    if (!entry || kind_of(fields_of(file, *entry)) != ecs_entry_kind::delta ||
        fields_of(file, *entry).id("key_uuid") != key_uuid)
        throw failure(errc::delta_missing,
            "The ECS has no Delta " + crypto::to_string(delta_uuid) + " of key " + crypto::to_string(key_uuid) + ".");
    return *entry;
}

/// Calls `found` with entry and fields of each Delta of a key, which it does not decode: claims look through thousands,
/// and a key whose Deltas are damaged can still be deleted.
template <class Found>
void each_delta(const sfc_reader& file, const uuid& key_uuid, Found found) {
    const auto name = name_of(file);
    for (const auto& entry : file.entries()) {
        const attribute_reader fields{entry.attributes, name, entry_format};
        if (kind_of(fields) == ecs_entry_kind::delta && fields.id("key_uuid") == key_uuid)
            found(entry, fields);
    }
}

/// In the order of their sequence.
std::vector<ecs_delta> deltas_in(const sfc_reader& file, const uuid& key_uuid) {
    key_in(file, key_uuid);
    std::vector<ecs_delta> found;
    each_delta(file, key_uuid,
        [&](const sfc_entry& entry, const attribute_reader&) { found.push_back(decode_delta(file, entry)); });
    std::ranges::sort(found, {}, &ecs_delta::seq_number);
    return found;
}

struct delta_count {
    std::uint64_t deltas = 0;
    std::uint64_t newest_seq = 0;
    const sfc_entry* newest = nullptr;
};
delta_count count_deltas(const sfc_reader& file, const uuid& key_uuid) {
    key_in(file, key_uuid);
    delta_count count;
    each_delta(file, key_uuid, [&](const sfc_entry& entry, const attribute_reader& fields) {
        const auto seq = fields.number("seq_number");
        ++count.deltas;
        if (count.newest == nullptr || seq > count.newest_seq) {
            count.newest = &entry;
            count.newest_seq = seq;
        }
    });
    return count;
}

[[noreturn]] void refuse_registration(const sfc_reader& file, const sfc_entry& known) {
    const auto deleted = kind_of(fields_of(file, known)) == ecs_entry_kind::deleted_key;
    throw failure(errc::ecs_rejected,
        "The ECS " + std::string{deleted ? "had a key" : "has something else"} + " under the UUID " +
            crypto::to_string(known.id) + (deleted ? ", which was deleted; create a new key." : " already."),
        key_exists);
}

/// A client that lost the answer to its registration asks again. Anything else is another key, or no longer new.
bool is_repeated(const sfc_reader& file, const sfc_entry& known, const ecs_key& wanted) {
    if (kind_of(fields_of(file, known)) != ecs_entry_kind::key)
        return false;
    const auto key = key_in(file, known.id);
    return key.alpha_next == 0 && key.name == wanted.name && key.omegasafe_version == wanted.omegasafe_version &&
           key.alpha_capacity == wanted.alpha_capacity && count_deltas(file, known.id).deltas == 0;
}

/// Positions that are not this Delta's would be encrypted with twice.
void require_positions(const ecs_key& key, const ecs_delta& delta) {
    if (delta.positions != crypto::positions_of_iteration(delta.seq_number, key.alpha_capacity))
        throw failure(errc::ecs_rejected,
            "The positions of Delta " + crypto::to_string(delta.delta_uuid) + " are not those of Delta " +
                std::to_string(delta.seq_number) + " of its key.",
            invalid_request);
}

[[noreturn]] void refuse_full(const std::string& what, std::uint64_t size, u128 left, const std::string& way_out) {
    throw failure(errc::ecs_full,
        what + " has " + crypto::to_decimal(left) + " positions left, fewer than the " + std::to_string(size) +
            " asked for; " + way_out,
        crypto::to_decimal(left));
}

/// An older copy of the file is behind and would give positions out again.
constexpr const char* way_out_of_damage =
    "Do not put an older version in its place, which would give positions out again: go on with a new ECS "
    "(create-sfc-ecs) and new keys; the Deltas on your devices still decrypt what was encrypted.";

/// A file that is not there or not readable is an ECS out of reach: that leads to the OFFLINE cache.
template <class F>
auto in_file(const std::filesystem::path& path, F access) {
    try {
        return storage::with_way_out(access, way_out_of_damage);
    } catch (const failure& problem) {
        if (problem.code() != errc::config_missing && problem.code() != errc::input_unreadable)
            throw;
        throw failure(errc::ecs_unavailable,
            "The ECS file " + path.string() + " cannot be opened; is its folder mounted, and may you read it?");
    }
}

} // namespace

void ecs_sfc::create(const std::filesystem::path& path, const uuid& ecs_uuid) {
    try {
        container_changes changes;
        changes.put.push_back({ecs_uuid,
            to_attributes({{"format", entry_format}, {"kind", to_string(ecs_entry_kind::ecs)}}), secure_bytes{}});
        storage::create_container(path, nullptr, changes);
    } catch (const failure& problem) {
        if (problem.code() != errc::config_exists)
            throw;
        throw failure(errc::ecs_exists, "There is already a file " + path.string() + "; choose another --sfc-path.");
    }
}

void ecs_sfc::register_key(const ecs_key& key) {
    require_registrable(key);
    update([&](const sfc_reader& file) {
        container_changes changes;
        const auto* known = file.find(key.key_uuid);
        if (known && !is_repeated(file, *known, key))
            refuse_registration(file, *known);
        auto unused = key;
        unused.alpha_next = 0;
        if (!known)
            changes.put.push_back({key.key_uuid, encode_key(unused), secure_bytes{}});
        return changes;
    });
}

ecs_key ecs_sfc::key(const uuid& key_uuid) {
    return in_file(path_, [&] { return key_in(open(), key_uuid); });
}

std::string ecs_sfc::edit_key(const edit_ecs_key& changes) {
    if (changes.storage_uuid)
        throw failure(errc::ecs_type_mismatch,
            "An SFC ECS keeps its Deltas in its own file " + path_.string() + "; there is no storage to choose.");
    require_editable(changes);
    update([&](const sfc_reader& file) {
        auto key = key_in(file, changes.key_uuid);
        key.name = changes.name.value_or(key.name);
        key.omegasafe_version = changes.omegasafe_version.value_or(key.omegasafe_version);
        container_changes put;
        put.put.push_back({key.key_uuid, encode_key(key, file.find(key.key_uuid)->attributes), std::nullopt});
        return put;
    });
    return "The key was changed at the ECS.";
}

void ecs_sfc::delete_key(const uuid& key_uuid) {
    update([&](const sfc_reader& file) {
        container_changes changes;
        changes.put.push_back({key_entry(file, key_uuid).id, encode_deleted_key(), secure_bytes{}});
        each_delta(file, key_uuid,
            [&](const sfc_entry& entry, const attribute_reader&) { changes.remove.push_back(entry.id); });
        return changes;
    });
}

std::vector<ecs_delta> ecs_sfc::deltas(const uuid& key_uuid) {
    return in_file(path_, [&] { return deltas_in(open(), key_uuid); });
}

position_range ecs_sfc::claim_delta(const claim_delta_positions& request) {
    require_claim_size(request.size);
    position_range claimed;
    update([&](const sfc_reader& file) {
        const auto* newest = count_deltas(file, request.key_uuid).newest;
        if (newest == nullptr || newest->id != request.delta_uuid) {
            delta_in(file, request.key_uuid, request.delta_uuid);
            throw failure(errc::delta_conflict,
                "Delta " + crypto::to_string(request.delta_uuid) +
                    " is not the newest of its key at the ECS; pull the missing Deltas with pull-missing-deltas.",
                crypto::to_string(newest->id));
        }
        auto delta = decode_delta(file, *newest);
        if (request.size > delta.remaining())
            refuse_full("Delta " + crypto::to_string(delta.delta_uuid), request.size, delta.remaining(),
                "encrypt again to go on with a new Delta.");
        claimed = {delta.next, delta.next + request.size - 1};
        delta.next += request.size;
        container_changes changes;
        changes.put.push_back(
            {delta.delta_uuid, encode_delta(request.key_uuid, delta, newest->attributes), std::nullopt});
        return changes;
    });
    return claimed;
}

position_range ecs_sfc::claim_alpha(const claim_alpha_positions& request) {
    require_claim_size(request.size);
    position_range claimed;
    update([&](const sfc_reader& file) {
        auto key = key_in(file, request.key_uuid);
        if (request.size > key.alpha_capacity - key.alpha_next)
            refuse_full("The Alpha of key " + crypto::to_string(request.key_uuid), request.size,
                key.alpha_capacity - key.alpha_next, "no new Delta can be made: create a new key.");
        claimed = {key.alpha_next, key.alpha_next + request.size - 1};
        key.alpha_next += request.size;
        container_changes changes;
        changes.put.push_back({key.key_uuid, encode_key(key, file.find(key.key_uuid)->attributes), std::nullopt});
        return changes;
    });
    return claimed;
}

void ecs_sfc::upload(const uuid& key_uuid, const ecs_delta& delta, crypto::const_byte_span container) {
    require_uploadable(delta, container);
    update([&](const sfc_reader& file) {
        const auto count = count_deltas(file, key_uuid).deltas;
        if (delta.seq_number != count + 1 || file.find(delta.delta_uuid)) {
            const auto known = deltas_in(file, key_uuid);
            const auto authority =
                delta.seq_number <= known.size() ? crypto::to_string(known[delta.seq_number - 1].delta_uuid) : "";
            throw failure(errc::delta_conflict,
                "Delta " + std::to_string(delta.seq_number) + " was not accepted: the ECS is at Delta " +
                    std::to_string(known.size()) + ", made by another device; run the command again to catch up.",
                authority);
        }
        require_positions(key_in(file, key_uuid), delta);
        container_changes changes;
        auto unclaimed = delta;
        unclaimed.next = delta.positions.first;
        changes.put.push_back({delta.delta_uuid, encode_delta(key_uuid, unclaimed), secure_bytes{container}});
        return changes;
    });
}

std::vector<std::uint8_t> ecs_sfc::download(const uuid& key_uuid, const uuid& delta_uuid) {
    return in_file(path_, [&]() -> std::vector<std::uint8_t> {
        const auto& file = open();
        const auto bytes = file.read(delta_in(file, key_uuid, delta_uuid), limits::delta_container_bytes);
        return {bytes.data(), bytes.data() + bytes.size()};
    });
}

std::optional<uuid> ecs_sfc::unused_ecs(const std::filesystem::path& path) {
    try {
        const auto file = storage::open_container(path, nullptr);
        if (file->entries().size() == 1 && kind_of(fields_of(*file, file->entries().front())) == ecs_entry_kind::ecs)
            return file->entries().front().id;
    } catch (const failure&) {
        // Missing, unreadable or no container.
    }
    return std::nullopt;
}

bool ecs_sfc::is_ecs(const std::filesystem::path& path, const uuid& ecs_uuid) {
    try {
        const auto file = storage::open_container(path, nullptr);
        const auto* entry = file->find(ecs_uuid);
        return entry && names_an_ecs(*file, *entry);
    } catch (const failure&) {
        return false; // missing, unreadable or no container: not this ECS
    }
}

void ecs_sfc::move(const std::filesystem::path& from, const std::filesystem::path& to, const uuid& ecs_uuid) {
    std::error_code ignored;
    if (!std::filesystem::exists(from, ignored) && is_ecs(to, ecs_uuid))
        return;
    if (!is_ecs(from, ecs_uuid))
        throw failure(errc::ecs_unavailable, from.string() + " is not the ECS " + crypto::to_string(ecs_uuid) +
                                                 " or cannot be read; nothing was moved.");
    storage::move_file(from, to);
}

const sfc_reader& ecs_sfc::open() {
    known_ = storage::open_container(path_, nullptr, known_);
    return *known_;
}

void ecs_sfc::update(const std::function<container_changes(const sfc_reader&)>& decide) const {
    in_file(path_, [&] {
        storage::update_container(path_, nullptr, [&](const sfc_reader& file) {
            require_known_formats(file);
            return decide(file);
        });
    });
}

} // namespace omegasafe::ecs
