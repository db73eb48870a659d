// What a later version put into an ECS file or an entry survives being written again; later formats are refused.
#include "ecs/ecs_entry_file.hpp"
#include "ecs/ecs_sfc.hpp"
#include "storage/container/attributes.hpp"
#include "tests/unit/storage/storage_support.hpp"
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace omegasafe;
using namespace omegasafe::test;
using nlohmann::json;

namespace {

const uuid ecs_uuid = id(1), key_uuid = id(2), delta_uuid = id(3);

/// An ECS with one key and one Delta of a hundred positions.
void make_ecs(const fs::path& path) {
    ecs::ecs_sfc::create(path, ecs_uuid);
    ecs::ecs_sfc storage{path};
    storage.register_key({key_uuid, "A key", "1.0.0", 100, 0});
    storage.upload(key_uuid, {delta_uuid, 1, {0, 99}, 0}, bytes(10, 7));
}

json fields_in(const fs::path& path, const uuid& entry) {
    return json::from_cbor(storage::open_container(path, nullptr)->find(entry)->attributes);
}

/// Changes what an entry says, as another version would.
void put(const fs::path& path, const uuid& entry, const json& fields) {
    storage::update_container(path, nullptr, [&](const storage::sfc_reader& file) {
        auto all = json::from_cbor(file.find(entry)->attributes);
        all.update(fields);
        storage::container_changes changes;
        changes.put.push_back({entry, json::to_cbor(all), std::nullopt});
        return changes;
    });
}

const json later{{"note", "from later"}, {"numbers", {1, 2}}};

ecs_entry stored_and_read(const ecs_entry& entry, const json& more = json::object()) {
    auto stored = ecs::to_stored(entry);
    auto fields = json::from_cbor(stored.attributes);
    fields.update(more);
    storage::memory_sink sink;
    storage::sfc_writer writer(sink, nullptr);
    writer.add(stored.id, json::to_cbor(fields), *stored.data);
    writer.finish();
    const storage::sfc_reader reader(in_memory(sink.take()), nullptr);
    return ecs::read_ecs_entry(reader, reader.entries().front(), "The test entry");
}

/// An entry of a kind that this version does not know.
void put_later_kind(const std::filesystem::path& path, int format) {
    storage::update_container(path, nullptr, [format](const storage::sfc_reader&) {
        storage::container_changes changes;
        changes.put.push_back(
            {id(9), json::to_cbor({{"format", format}, {"kind", "later"}}), crypto::secure_bytes{bytes(5, 1)}});
        return changes;
    });
}

} // namespace

TEST_CASE("unknown fields of an ECS file survive claims and edits", "[ecs_records]") {
    const temporary_folder folder;
    const auto path = folder / "ecs.sfc";
    make_ecs(path);
    for (const auto& entry : {ecs_uuid, key_uuid, delta_uuid})
        put(path, entry, {{"later", later}});
    ecs::ecs_sfc storage{path};
    CHECK(storage.claim_delta({key_uuid, delta_uuid, 10}) == position_range{0, 9});
    CHECK(storage.claim_alpha({key_uuid, 20}) == position_range{0, 19});
    storage.edit_key({key_uuid, "Another name", std::nullopt});
    for (const auto& entry : {ecs_uuid, key_uuid, delta_uuid})
        CHECK(fields_in(path, entry).at("later") == later);
    CHECK(fields_in(path, delta_uuid).at("next_global_position") == 10);
    CHECK(fields_in(path, key_uuid).at("alpha_next") == 20);
    CHECK(storage.key(key_uuid).name == "Another name");
}

TEST_CASE("an ECS file with entries of a later format is refused and stays as it is", "[ecs_records]") {
    const temporary_folder folder;
    const auto path = folder / "ecs.sfc";
    make_ecs(path);
    put(path, delta_uuid, {{"format", 2}});
    ecs::ecs_sfc storage{path};
    const auto refuses = [&](const auto& call) {
        const auto before = file_bytes(path);
        return code_of(call) == errc::container_newer && file_bytes(path) == before;
    };
    CHECK(refuses([&] { storage.deltas(key_uuid); }));
    CHECK(refuses([&] { storage.claim_delta({key_uuid, delta_uuid, 10}); }));
    CHECK(refuses([&] { storage.download(key_uuid, delta_uuid); }));
    CHECK(refuses([&] { storage.delete_key(key_uuid); }));
    put(path, key_uuid, {{"format", 2}});
    CHECK(refuses([&] { storage.key(key_uuid); }));
    CHECK(refuses([&] { storage.claim_alpha({key_uuid, 1}); }));
    CHECK(ecs::ecs_sfc::is_ecs(path, ecs_uuid));
    put(path, key_uuid, {{"format", 1}});
    put(path, delta_uuid, {{"format", 1}});
    CHECK(storage::open_container(path, nullptr)->entries().size() == 3);
    CHECK(storage.claim_delta({key_uuid, delta_uuid, 10}) == position_range{0, 9});
}

TEST_CASE("one entry of a later format keeps every operation from changing the file", "[ecs_records]") {
    const temporary_folder folder;
    const auto path = folder / "ecs.sfc";
    make_ecs(path);
    put_later_kind(path, 2);
    const auto before = file_bytes(path);
    ecs::ecs_sfc storage{path};
    const auto refuses = [&](const auto& call) {
        return code_of(call) == errc::container_newer && file_bytes(path) == before;
    };
    CHECK(refuses([&] { storage.register_key({id(8), "Another", "1.0.0", 100, 0}); }));
    CHECK(refuses([&] { storage.register_key({key_uuid, "A key", "1.0.0", 100, 0}); }));
    CHECK(refuses([&] { storage.edit_key({key_uuid, "Another name", std::nullopt}); }));
    CHECK(refuses([&] { storage.claim_delta({key_uuid, delta_uuid, 10}); }));
    CHECK(refuses([&] { storage.claim_alpha({key_uuid, 10}); }));
    CHECK(refuses([&] { storage.upload(key_uuid, {id(7), 2, {100, 199}, 100}, bytes(10, 7)); }));
    CHECK(refuses([&] { storage.delete_key(key_uuid); }));
    CHECK(storage.key(key_uuid).name == "A key"); // reading needs only what it reads
}

TEST_CASE("a key whose Deltas are damaged can be deleted", "[ecs_records]") {
    const temporary_folder folder;
    const auto path = folder / "ecs.sfc";
    for (const auto& damage :
        {json{{"next_global_position", 101}}, json{{"start_global_position", 100}}, json{{"seq_number", "one"}}}) {
        fs::remove(path);
        make_ecs(path);
        put(path, delta_uuid, damage);
        ecs::ecs_sfc storage{path};
        CHECK(code_of([&] { storage.claim_delta({key_uuid, delta_uuid, 1}); }) == errc::container_damaged);
        storage.delete_key(key_uuid);
        const auto file = storage::open_container(path, nullptr);
        CHECK(file->entries().size() == 2); // the ECS, and that the key was deleted
        CHECK(file->find(ecs_uuid) != nullptr);
    }
}

TEST_CASE("entries of an unknown kind are passed over and kept", "[ecs_records]") {
    const temporary_folder folder;
    const auto path = folder / "ecs.sfc";
    make_ecs(path);
    put_later_kind(path, 1);
    ecs::ecs_sfc storage{path};
    CHECK(storage.deltas(key_uuid).size() == 1);
    storage.claim_delta({key_uuid, delta_uuid, 100});
    CHECK(code_of([&] { storage.claim_delta({key_uuid, delta_uuid, 1}); }) == errc::ecs_full);
    storage.delete_key(key_uuid);
    CHECK(storage::open_container(path, nullptr)->find(id(9)) != nullptr);
    CHECK(code_of([&] { storage.key(id(9)); }) == errc::key_unknown);
}

TEST_CASE("positions that contradict each other are damage", "[ecs_records]") {
    const temporary_folder folder;
    const auto path = folder / "ecs.sfc";
    const auto refused = [&](const uuid& entry, const json& fields) {
        fs::remove(path);
        make_ecs(path);
        put(path, entry, fields);
        ecs::ecs_sfc storage{path};
        return code_of([&] {
            storage.deltas(key_uuid);
            storage.claim_alpha({key_uuid, 1});
        }) == errc::container_damaged;
    };
    CHECK_FALSE(refused(delta_uuid, {{"next_global_position", 100}}));
    CHECK(refused(delta_uuid, {{"next_global_position", 101}}));
    CHECK(refused(delta_uuid, {{"start_global_position", 5}}));
    CHECK(refused(delta_uuid, {{"start_global_position", 100}, {"next_global_position", 100}}));
    CHECK(refused(delta_uuid, {{"next_global_position", "50"}}));
    CHECK(refused(key_uuid, {{"alpha_next", 101}}));
}

TEST_CASE("a configured ECS keeps the fields of a later version through edits and exports", "[ecs_records]") {
    const ecs_entry sfc{id(4), "Shared disk", ecs_type::sfc, "/mnt/ecs.sfc"};
    const auto api_key = std::make_shared<const crypto::secure_bytes>(std::string_view{"secret"});
    const ecs_entry http{id(5), "Server", ecs_type::http, {}, "ecs.example.org/base", api_key, true};
    const temporary_folder folder;
    for (const auto& entry : {sfc, http}) {
        auto read = stored_and_read(entry, {{"later", later}});
        read.name = "Renamed";
        const auto again = stored_and_read(read);
        CHECK(again.name == "Renamed");
        CHECK(json::from_cbor(again.attributes).at("later") == later);
        const auto path = folder / entry.name;
        ecs::export_ecs(path, again);
        CHECK(json::from_cbor(ecs::read_exported_ecs(path).attributes).at("later") == later);
        CHECK(code_of([&] { stored_and_read(entry, {{"format", 2}}); }) == errc::container_newer);
        CHECK(code_of([&] { stored_and_read(entry, {{"ecs_type", "FTP"}}); }) == errc::container_newer);
        CHECK(code_of([&] { stored_and_read(entry, {{"format", 0}}); }) == errc::container_damaged);
    }
}
