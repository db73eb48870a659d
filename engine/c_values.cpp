#include "engine/c_values.hpp"

#include "engine/c_registry.hpp"
#include <deque>

namespace omegasafe::engine {

namespace {

/// A structure with the texts that it points to.
template <class Shown>
struct kept {
    Shown shown{};
    std::deque<std::string> texts; // stay where they are

    const char* text(std::string value) { return texts.emplace_back(std::move(value)).c_str(); }
    const char* number(u128 value) { return text(to_decimal(value)); }
};

struct kept_keys : kept<omegasafe_keys> {
    std::deque<omegasafe_key> keys;
    std::vector<const omegasafe_key*> places;
};

struct kept_inspection : kept<omegasafe_inspection> {
    std::deque<omegasafe_entry> entries;
    std::vector<const omegasafe_entry*> places;
};

omegasafe_key to_key(kept_keys& all, const key_summary& key) {
    omegasafe_key shown{};
    shown.key_uuid = all.text(to_string(key.key_uuid));
    shown.name = all.text(key.name_local);
    shown.nucleus_bytes = key.geometry.nucleus_bytes;
    shown.rotor_bytes = key.geometry.rotor_bytes;
    shown.rotors = key.geometry.rotors;
    if (key.total) {
        shown.remaining = all.number(key.total->remaining);
        shown.total = all.number(key.total->total);
    }
    if (key.latest_delta_uuid)
        shown.delta_uuid = all.text(to_string(*key.latest_delta_uuid));
    shown.delta_sequence = key.latest_delta_sequence.value_or(0);
    if (key.latest_delta)
        shown.delta_remaining = all.number(key.latest_delta->remaining);
    if (key.ecs_uuid)
        shown.ecs_uuid = all.text(to_string(*key.ecs_uuid));
    if (key.ecs_name)
        shown.ecs_name = all.text(*key.ecs_name);
    shown.ecs_status = all.text(key.ecs_status);
    return shown;
}

/// Whose address is the memory, also of nothing.
template <class Bytes>
void give_owned(std::uint8_t** wanted, Bytes bytes) {
    const auto owner = std::make_shared<Bytes>(std::move(bytes));
    give(wanted, owner, owner->data());
}

} // namespace

void give_keys(omegasafe_keys** wanted, const std::vector<key_summary>& keys) {
    const auto all = std::make_shared<kept_keys>();
    for (const auto& key : keys)
        all->places.push_back(&all->keys.emplace_back(to_key(*all, key)));
    all->shown = {all->places.size(), all->places.data()};
    give(wanted, all, &all->shown);
}

void give_report(omegasafe_report** wanted, const file_report& report) {
    const auto all = std::make_shared<kept<omegasafe_report>>();
    all->shown = {all->text(report.output.string()), report.bytes, report.positions,
        all->text(to_string(report.key_uuid)), report.delta_seq, report.seconds.count(),
        report.protection.layer ? 1 : 0, report.protection.authenticated ? 1 : 0, report.protection.format_version,
        report.protection.layer_missing ? 1 : 0};
    give(wanted, all, &all->shown);
}

void give_inspection(omegasafe_inspection** wanted, const inspection& found) {
    const auto all = std::make_shared<kept_inspection>();
    auto& shown = all->shown;
    shown.path = all->text(found.path.string());
    shown.format_version = found.format_version;
    shown.password_protected = found.password_protected ? 1 : 0;
    shown.size = found.size;
    shown.entries_known = found.entries ? 1 : 0;
    if (found.entries)
        for (const auto& entry : *found.entries)
            all->places.push_back(&all->entries.emplace_back(
                omegasafe_entry{all->text(to_string(entry.id)), all->text(entry.name), entry.length}));
    shown.entry_count = all->places.size();
    shown.entries = all->places.data();
    if (const auto& file = found.encrypted_file) {
        shown.key_uuid = all->text(to_string(file->key_uuid));
        shown.global_position_start = all->number(file->global_position_start);
        shown.encrypted_length = file->length;
    }
    give(wanted, all, &shown);
}

void give_text(char** wanted, const std::string& text) {
    const auto owner = std::make_shared<std::string>(text);
    give(wanted, owner, owner->data());
}

void give_bytes(std::uint8_t** wanted, std::vector<std::uint8_t> bytes) {
    give_owned(wanted, std::move(bytes));
}

void give_bytes(std::uint8_t** wanted, secure_bytes bytes) {
    if (bytes.empty())
        give_owned(wanted, std::vector<std::uint8_t>(1)); // an address of its own
    else
        give_owned(wanted, std::move(bytes));
}

} // namespace omegasafe::engine
