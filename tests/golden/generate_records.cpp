// Golden files of keys, records and trees.
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "crypto/text_encoding.hpp"
#include "ecs/ecs_entry_file.hpp"
#include "ecs/ecs_sfc.hpp"
#include "storage/container/container_file.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/place_record.hpp"
#include "storage/tree/tree_index.hpp"
#include "storage/tree/tree_journal.hpp"
#include "tests/golden/golden_folder.hpp"
#include "tests/support/temp_dir.hpp"

namespace omegasafe::golden {

namespace {

using nlohmann::json;

const uuid ecs_uuid = numbered(0xe0);
constexpr auto journal_input = "/home/user/documents";

/// A container with these entries.
template <class... Entry>
bytes container_of(const sfc_password_ptr& password, const Entry&... entries) {
    memory_sink sink;
    sfc_writer writer(sink, password);
    (writer.add(entries.id, entries.attributes, *entries.data), ...);
    writer.finish();
    return sink.take();
}

/// A case that says what stands in a container of records.
void add_records(
    golden_folder& golden, const std::string& file, const std::string& kind, const ordered_json& password) {
    const auto reader = open_container(golden.path(file), password_of(password));
    auto entries = ordered_json::array();
    for (const auto& entry : reader->entries())
        entries.push_back({{"uuid", crypto::to_string(entry.id)}, {"fields", json::from_cbor(entry.attributes)},
            {"sha256", crypto::to_hexadecimal(crypto::sha256::of(reader->read(entry, 1 << 20)))}});
    golden.add_case(file, kind, password, {{"outcome", "ok"}, {"entries", entries}});
}

container_changes::entry cache_record(const cache_entry& entry, const json& more = json::object()) {
    auto fields = json::from_cbor(encode(entry));
    fields.update(more);
    return {entry.iteration_uuid, json::to_cbor(fields), secure_bytes{}};
}

void caches(golden_folder& golden, const key_iteration& alpha, const key_iteration& delta) {
    const auto base = delta.info.first_position();
    const cache_entry of_alpha{alpha.info.key_uuid, alpha.info.iteration_uuid, 0, ecs_uuid, 301'550,
        {{cache_reason::performance, {300'000, 301'549}, 300'100}}};
    const cache_entry of_delta{delta.info.key_uuid, delta.info.iteration_uuid, 3, ecs_uuid, base + 900'000,
        {{cache_reason::offline, {base + 100'000, base + 199'999}, base + 100'000},
            {cache_reason::performance, {base + 800'000, base + 899'999}, base + 812'345}}};
    const u128 high = u128{3} << 80; // of a larger key: positions are texts
    const cache_entry far{numbered(0xa1), numbered(0xa2), 61'234'567'890, ecs_uuid, high + 100,
        {{cache_reason::offline, {high, high + 99}, high + 1}}};
    const auto password = password_of(generated_password);
    golden.make(
        "local_cache.sfc", container_of(password, cache_record(of_alpha), cache_record(of_delta), cache_record(far)));
    add_records(golden, "local_cache.sfc", "local_cache", generated_password);
    const container_changes::entry place{
        place_entry_uuid, encode(file_place{numbered(0xb1), 1'234'567, 1'790'000'000'123'456'789}), secure_bytes{}};
    golden.make("local_cache_placed.sfc", container_of(password, cache_record(of_delta), place));
    add_records(golden, "local_cache_placed.sfc", "local_cache", generated_password);
    golden.make("local_cache_later.sfc", container_of(password, cache_record(of_delta, {{"later", {{"n", {1, 2}}}}})));
    add_records(golden, "local_cache_later.sfc", "local_cache", generated_password);
    golden.add("local_cache_newer.sfc", container_of(password, cache_record(of_delta, {{"format", 2}})), "local_cache",
        generated_password, fails("container_newer"));
    auto stray = cache_record(of_delta);
    stray.id = numbered(0xa2);
    golden.add("local_cache_stray.sfc", container_of(password, stray), "local_cache", generated_password,
        fails("container_damaged"));
}

void configured_ecs(golden_folder& golden) {
    const auto api_key = std::make_shared<const secure_bytes>(std::string_view{"golden-api-key"});
    const ecs_entry sfc{ecs_uuid, "Shared disk", ecs_type::sfc, "/mnt/shared/ecs.sfc"};
    const ecs_entry http{numbered(0xe1), "Server", ecs_type::http, {}, "ecs.example.org:8443/team", api_key, true};
    for (const auto& [file, entry] : {std::pair{"ecs_sfc.omegaecs", sfc}, {"ecs_http.omegaecs", http}}) {
        if (!golden.has(file))
            ecs::export_ecs(golden.path(file), entry);
        add_records(golden, file, "exported_ecs", nullptr);
    }
    const auto password = password_of(chosen_password);
    golden.make("ecs_storage.sfc", container_of(password, ecs::to_stored(sfc), ecs::to_stored(http)));
    add_records(golden, "ecs_storage.sfc", "ecs_storage", chosen_password);
    auto newer = ecs::to_stored(sfc);
    auto fields = json::from_cbor(newer.attributes);
    fields["ecs_type"] = "FTP";
    newer.attributes = json::to_cbor(fields);
    golden.add(
        "ecs_newer_type.omegaecs", container_of(nullptr, newer), "exported_ecs", nullptr, fails("container_newer"));
}

/// One key with a Delta, and claims of both.
void ecs_files(golden_folder& golden, const key_iteration& alpha) {
    const auto& info = alpha.info;
    if (!golden.has("ecs_file.sfc")) {
        const auto delta = draw(1, info.key_uuid);
        ecs::ecs_sfc::create(golden.path("ecs_file.sfc"), ecs_uuid);
        ecs::ecs_sfc file{golden.path("ecs_file.sfc")};
        file.register_key({info.key_uuid, "Renamed", info.omegasafe_version, info.geometry.capacity(), 0});
        const auto range = file.claim_alpha({info.key_uuid, delta_positions(delta->info)});
        const position_range positions{delta->info.first_position(), delta->info.last_position()};
        file.upload(info.key_uuid, {delta->info.iteration_uuid, 1, positions, positions.first},
            seal_delta(alpha, static_cast<std::uint64_t>(range.first), *delta, nullptr));
        file.claim_delta({info.key_uuid, delta->info.iteration_uuid, 2'074});
        file.claim_delta({info.key_uuid, delta->info.iteration_uuid, 100'000});
    }
    add_records(golden, "ecs_file.sfc", "ecs_file", nullptr);
    const auto with = [&](const json& key, const json& other, std::size_t other_size = 3) {
        json fields{{"format", 1}, {"kind", "key"}, {"key_name", "A key"}, {"omegasafe_version", "1.0.0"},
            {"alpha_capacity", 1'000}, {"alpha_next", 10}};
        fields.update(key);
        const auto entry = [](const uuid& id, const json& attributes, std::size_t size) {
            return container_changes::entry{id, json::to_cbor(attributes), secure_bytes{bytes(size, 1)}};
        };
        return container_of(nullptr, entry(ecs_uuid, {{"format", 1}, {"kind", "ecs"}}, 0),
            entry(numbered(1), fields, 0), entry(numbered(2), other, other_size));
    };
    const json later{{"format", 1}, {"kind", "later"}};
    golden.make("ecs_file_later.sfc", with({{"later", "kept"}}, later));
    add_records(golden, "ecs_file_later.sfc", "ecs_file", nullptr);
    golden.make("ecs_file_deleted.sfc", with(json::object(), {{"format", 1}, {"kind", "deleted_key"}}, 0));
    add_records(golden, "ecs_file_deleted.sfc", "ecs_file", nullptr);
    golden.add("ecs_file_newer.sfc", with({{"format", 2}}, later), "ecs_file", nullptr, fails("container_newer"));
    golden.add("ecs_file_contradiction.sfc", with({{"alpha_next", 1'001}}, later), "ecs_file", nullptr,
        fails("container_damaged"));
}

void key_stores(golden_folder& golden, const key_iteration& alpha, const key_iteration& delta) {
    const auto entry = [](const key_iteration& iteration, secure_bytes stored) {
        return container_changes::entry{iteration.info.iteration_uuid, encode(iteration.info), std::move(stored)};
    };
    golden.add("omegasafe_keys.sfc",
        container_of(password_of(generated_password), entry(alpha, encode_payload(alpha.info, alpha.cipher->key())),
            entry(delta, encode_stored(delta))),
        "keys", generated_password, {{"outcome", "ok"}, {"iterations", {described(alpha), described(delta)}}});
}

/// The folder `a`, in it an empty file and one of 20 bytes; a file of 300 bytes beside it.
void tree(golden_folder& golden, const key_iteration& delta) {
    constexpr std::int64_t time = 1'700'000'000'123'456'789;
    tree_index index{numbered(0xb0),
        {{.path = "a", .is_folder = true, .attributes = {0, 0755, time}, .encrypted = {}},
            {.path = "a/b.txt", .is_folder = false, .attributes = {20, 0644, time}, .encrypted = numbered(0xb1)},
            {.path = "a/empty", .is_folder = false, .attributes = {0, 0600, -1}, .encrypted = numbered(0xb2)},
            {.path = "c", .is_folder = false, .attributes = {300, 0444, 0}, .encrypted = numbered(0xb3)}}};
    std::uint64_t first = 700'000;
    const auto file = [&](const std::string& name, const bytes& content) {
        const auto made = encrypt_in_memory(
            delta, first, {delta.info.key_uuid, delta.info.first_position() + first}, name, content, 0, nullptr);
        first += limits::file_metadata_bytes + content.size();
        return made;
    };
    auto expected = ordered_json::array();
    for (auto& row : index.entries) {
        expected.push_back({{"path", row.path}, {"folder", row.is_folder}, {"mode", row.attributes.mode},
            {"mtime", row.attributes.mtime_ns}, {"length", row.attributes.size}});
        if (row.is_folder)
            continue;
        expected.back()["pattern"] = {{"length", row.attributes.size}, {"start", 5}};
        const auto content = pattern(row.attributes.size, 5);
        row.proof = {delta.info.first_position() + first, crypto::sha256::of(content)};
        golden.make("tree/" + encrypted_name(row.encrypted), file(row.path.substr(row.path.rfind('/') + 1), content));
    }
    golden.add("tree/index.omegasafe", file("index", encode_tree_index(index)), "tree_index", nullptr,
        {{"outcome", "ok"}, {"alpha", "alpha_plain.omegakey"}, {"delta", "delta_plain.omegadelta"},
            {"tree_uuid", to_string(index.tree_uuid)}, {"rows", expected}});
}

void journal(golden_folder& golden, const key_iteration& delta) {
    const tree_journal::binding bound{password_of(generated_password), delta.info.key_uuid, journal_input};
    const auto name = "tree.omegasafe-journal";
    const auto position = delta.info.first_position() + 700'000;
    if (!golden.has(name)) {
        const test::temp_dir folder;
        auto made = tree_journal::create(folder.path(), bound);
        made.begin(std::vector{numbered(0xb1), numbered(0xb2)});
        made.finish(std::vector{std::pair{made.tag_of("a/b.txt", {20, 0644, 7}),
            journal_file{numbered(0xb1), {position, crypto::sha256::of(pattern(20, 5))}}}});
        made.begin(std::vector{numbered(0xb3)});
        auto content = read_file(folder / tree_journal_name, 1'000);
        content.resize(content.size() - 10); // as a killed process leaves it
        golden.make(name, content);
    }
    golden.add_case(name, "tree_journal", generated_password,
        {{"outcome", "ok"}, {"key_uuid", crypto::to_string(delta.info.key_uuid)}, {"input", journal_input},
            {"begun", {crypto::to_string(numbered(0xb1)), crypto::to_string(numbered(0xb2))}},
            {"done", ordered_json::array({{{"path", "a/b.txt"}, {"length", 20}, {"mtime", 7},
                         {"uuid", crypto::to_string(numbered(0xb1))}, {"position", to_decimal(position)},
                         {"pattern", {{"length", 20}, {"start", 5}}}}})}});
    golden.add_case(name, "tree_journal", "another password",
        {{"outcome", "output_refused"}, {"key_uuid", crypto::to_string(delta.info.key_uuid)}, {"input", journal_input},
            {"begun", ordered_json::array()}, {"done", ordered_json::array()}});
}

} // namespace

ordered_json described(const key_iteration& iteration) {
    return ordered_json{{"outcome", "ok"}, {"key_uuid", crypto::to_string(iteration.info.key_uuid)},
        {"iteration_uuid", crypto::to_string(iteration.info.iteration_uuid)}, {"seq_number", iteration.info.seq_number},
        {"key_name", iteration.info.key_name},
        {"maps_sha256", crypto::to_hexadecimal(crypto::sha256::of(iteration.cipher->key().bytes()))}};
}

key_iteration_ptr draw(std::uint64_t seq_number, const uuid& key_uuid) {
    auto maps = std::make_shared<const crypto::key_material>(crypto::key_material::generate(geometry));
    const iteration_info info{key_uuid, crypto::random_uuid(), seq_number, "Golden key", "0.1.0", geometry};
    return std::make_shared<const key_iteration>(
        key_iteration{info, std::make_shared<const crypto::cipher>(std::move(maps))});
}

void records(golden_folder& golden, const key_iteration& alpha, const key_iteration& delta) {
    key_stores(golden, alpha, delta);
    caches(golden, alpha, delta);
    configured_ecs(golden);
    ecs_files(golden, alpha);
    tree(golden, delta);
    journal(golden, delta);
}

/// The files that vectors.py makes from docs/formats.md; the password is the one that it shows.
void vectors(golden_folder& golden) {
    constexpr auto password = "omegasafe-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8bNSHe_";
    const auto alpha = golden.exported_key("vector_alpha.omegakey");
    const auto delta = open_delta(*alpha,
        read_file(golden.path("vector_pending_delta.sfc"), limits::delta_container_bytes), password_of(password));
    golden.add_case("vector_alpha.omegakey", "exported_key", nullptr, described(*alpha));
    auto expected = described(*delta);
    expected["alpha"] = "vector_alpha.omegakey";
    golden.add_case("vector_pending_delta.sfc", "delta", password, expected);
    for (const auto& [name, layer] :
        {std::pair<std::string, ordered_json>{"file", nullptr}, {"file_layer", chosen_password}})
        golden.add_case("vector_" + name + ".omegasafe", "encrypted_file", layer,
            {{"outcome", "ok"}, {"delta", "vector_pending_delta.sfc"}, {"delta_password", password},
                {"alpha", "vector_alpha.omegakey"}, {"name", "hello.txt"},
                {"pattern", {{"length", 1'000}, {"start", 0}}}});
    for (const auto& [name, sealed] : {std::pair<std::string, ordered_json>{"plain", nullptr}, {"sealed", password}})
        golden.add_case("vector_" + name + ".sfc", "sfc", sealed,
            {{"outcome", "ok"}, {"entries", ordered_json::array({{{"uuid", "11111111-2222-4333-8444-555555555555"},
                                                {"attributes", "c8c9ca"}, {"text", "hello"}}})}});
    golden.add_case("vector_journal", "tree_journal", password,
        {{"outcome", "ok"}, {"key_uuid", crypto::to_string(alpha->info.key_uuid)}, {"input", journal_input},
            {"tree_uuid", "cccccccc-0000-4000-8000-000000000001"}, {"begun", {"bbbbbbbb-0000-4000-8000-000000000001"}},
            {"done", ordered_json::array({{{"path", "a/b"}, {"length", 1'000}, {"mtime", 1'700'000'000'000'000'000},
                         {"uuid", "bbbbbbbb-0000-4000-8000-000000000001"}, {"position", "1000000000000000000000"},
                         {"pattern", {{"length", 1'000}, {"start", 0}}}}})}});
}

} // namespace omegasafe::golden
