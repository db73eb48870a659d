// What the generators of golden files share.
#pragma once

#include "storage/files/atomic_file.hpp"
#include "storage/records/exported_key.hpp"
#include <fstream>
#include <nlohmann/json.hpp>

namespace omegasafe::golden {

using namespace omegasafe::storage;
using bytes = std::vector<std::uint8_t>;
using nlohmann::ordered_json;

inline constexpr const char* chosen_password = "correct horse battery staple";
// Made by generate_password once and kept, so that seeds and golden files share it.
inline constexpr const char* generated_password = "omegasafe-Tr4OxZUpkClzuKI0G0-blgvo3o9o6QDn_jV0tEea2qcaKmgA7";
inline constexpr crypto::key_geometry geometry{100'000, 100'000, 2};

inline bytes pattern(std::size_t size, std::size_t start) {
    bytes out(size);
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<std::uint8_t>((start + i) % 251);
    return out;
}

inline uuid numbered(std::uint8_t number) {
    uuid id{};
    id.data[15] = number;
    return id;
}

inline std::shared_ptr<sfc_password> password_of(const ordered_json& text) {
    return text.is_null() ? nullptr : std::make_shared<sfc_password>(text.get<std::string>());
}

/// Writes a file that is not there yet: golden files are never made again.
inline void write(const std::filesystem::path& path, const_byte_span content) {
    if (std::filesystem::exists(path))
        return;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

/// The files, and what must come of each.
class golden_folder {
public:
    explicit golden_folder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path path(const std::string& file) const { return folder_ / file; }
    bool has(const std::string& file) const { return std::filesystem::exists(path(file)); }
    key_iteration_ptr exported_key(const std::string& file) const {
        return read_exported_key(std::make_shared<file_source>(path(file)), nullptr).alpha;
    }

    /// Writes a file that is not there yet.
    void make(const std::string& file, const bytes& content) const { write(path(file), content); }
    void add(const std::string& file, const bytes& content, const std::string& kind, const ordered_json& password,
        const ordered_json& expected) {
        make(file, content);
        add_case(file, kind, password, expected);
    }

    void add_case(
        const std::string& file, const std::string& kind, const ordered_json& password, const ordered_json& expected) {
        cases_.push_back({{"file", file}, {"kind", kind}, {"password", password}});
        cases_.back().update(expected);
    }

    void finish() { std::ofstream(folder_ / "cases.json") << ordered_json{{"cases", cases_}}.dump(1) << '\n'; }

private:
    std::filesystem::path folder_;
    ordered_json cases_ = ordered_json::array();
};

inline ordered_json fails(const std::string& code) {
    return {{"outcome", code}};
}

/// The parts of a key that cases.json names.
ordered_json described(const key_iteration& iteration);

/// Keys, records and trees (generate_records.cpp); a new key draws its Delta `seq_number`.
key_iteration_ptr draw(std::uint64_t seq_number, const uuid& key_uuid);
void records(golden_folder& golden, const key_iteration& alpha, const key_iteration& delta);
void vectors(golden_folder& golden);

} // namespace omegasafe::golden
