// Every golden file opens, byte for byte, or is refused, as tests/golden/cases.json says.
#include "crypto/kernels/dispatch.hpp"
#include "crypto/text_encoding.hpp"
#include "ecs/ecs_entry_file.hpp"
#include "ecs/ecs_sfc.hpp"
#include "storage/container/attributes.hpp"
#include "storage/container/container_file.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/exported_key.hpp"
#include "storage/records/key_iteration.hpp"
#include "storage/records/place_record.hpp"
#include "storage/tree/tree_index.hpp"
#include "storage/tree/tree_journal.hpp"
#include "tests/unit/storage/storage_support.hpp"
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;
using nlohmann::json;

namespace {

const fs::path golden = fs::path(OMEGASAFE_SOURCE_DIR) / "tests" / "golden";

sfc_password_ptr password_of(const json& text) {
    return text.is_null() ? nullptr : std::make_shared<sfc_password>(text.get<std::string>());
}

std::shared_ptr<const byte_source> source_of(const json& name) {
    return std::make_shared<file_source>(golden / name.get<std::string>());
}

uuid id_of(const json& text) {
    return *crypto::parse_uuid(text.get<std::string>());
}

bytes expected_bytes(const json& expected) {
    return pattern(expected.at("length"), expected.at("start"));
}

bytes content_of(const json& entry) {
    return entry.contains("text") ? to_bytes(crypto::as_bytes(entry.at("text").get_ref<const std::string&>()))
                                  : expected_bytes(entry.at("pattern"));
}

void check_container(const json& test, const sfc_reader& reader) {
    for (const auto& entry : reader.entries())
        reader.read(entry, 1 << 20);
    const auto& expected = test.at("entries");
    REQUIRE(reader.entries().size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto& entry = reader.entries()[i];
        CHECK(expected[i].at("uuid") == crypto::to_string(entry.id));
        CHECK(expected[i].at("attributes") == crypto::to_hexadecimal(entry.attributes));
        CHECK(to_bytes(reader.read(entry, 1 << 20)) == content_of(expected[i]));
    }
}

void check_iteration(const json& test, const key_iteration& found) {
    CHECK(test.at("key_uuid") == crypto::to_string(found.info.key_uuid));
    CHECK(test.at("iteration_uuid") == crypto::to_string(found.info.iteration_uuid));
    CHECK(test.at("seq_number") == found.info.seq_number);
    CHECK(test.at("key_name") == found.info.key_name);
    CHECK(test.at("maps_sha256") == crypto::to_hexadecimal(crypto::sha256::of(found.cipher->key().bytes())));
}

void check_exported(const json& test, const exported_key& found) {
    check_iteration(test, *found.alpha);
    REQUIRE(found.layer.has_value() == test.contains("layer"));
    if (!found.layer)
        return;
    CHECK(test.at("layer").at("choice") == static_cast<int>(found.layer->choice));
    auto passwords = json::array();
    for (const auto& password : found.layer->passwords)
        passwords.push_back(std::string{password->text()});
    CHECK(test.at("layer").at("passwords") == passwords);
}

key_iteration_ptr delta_of(const json& test, const json& file, const sfc_password_ptr& password) {
    const auto alpha = read_exported_key(source_of(test.at("alpha")), nullptr).alpha;
    return open_delta(*alpha, file_bytes(golden / file.get<std::string>()), password);
}

/// The Delta that a file of a case was encrypted with.
key_iteration_ptr delta_for(const json& test) {
    return delta_of(test, test.at("delta"), password_of(test.value("delta_password", json())));
}

decrypted_file decrypted(const key_iteration& delta, const encrypted_file_info& file) {
    REQUIRE(file.metadata.key_uuid == delta.info.key_uuid);
    REQUIRE(file.metadata.global_position_start >= delta.info.first_position());
    const auto first = static_cast<std::uint64_t>(file.metadata.global_position_start - delta.info.first_position());
    return decrypt_whole(delta, first, file, 1 << 20);
}

void check_file(const json& test) {
    const auto file = open_encrypted_file(source_of(test.at("file")), password_of(test.at("password")));
    const auto plain = decrypted(*delta_for(test), file);
    CHECK(to_bytes(plain.content()) == expected_bytes(test.at("pattern")));
    CHECK(test.at("name") == plain.metadata.name);
}

void check_keys(const json& test, const sfc_reader& reader) {
    REQUIRE(reader.entries().size() == test.at("iterations").size());
    for (const auto& expected : test.at("iterations")) {
        const auto& entry = *reader.find(id_of(expected.at("iteration_uuid")));
        const auto found = decode_stored(reader.read(entry, max_payload_bytes));
        CHECK(found->info == decode_iteration_info(entry.attributes));
        check_iteration(expected, *found);
    }
}

/// Written again a record has the same bytes; written anew the same but for what this version does not know.
void check_writing(const sfc_reader& reader, const sfc_entry& entry, const std::string& kind) {
    bytes again, anew; // made outside CHECK, which would catch what is thrown
    if (entry.id == place_entry_uuid) {
        again = anew = encode(decode_place(entry.attributes));
    } else if (kind == "local_cache") {
        const auto read = decode_cache_entry(entry);
        again = encode(read, entry.attributes);
        anew = encode(read);
    } else {
        auto read = ecs::read_ecs_entry(reader, entry, kind);
        again = ecs::to_stored(read).attributes;
        read.attributes.clear();
        anew = ecs::to_stored(read).attributes;
    }
    CHECK(again == to_bytes(entry.attributes));
    auto known = json::from_cbor(entry.attributes);
    known.erase("later");
    CHECK(anew == json::to_cbor(known));
}

/// Every record as it stands there.
void check_records(const json& test, const sfc_reader& reader) {
    const std::string kind = test.at("kind");
    for (const auto& entry : reader.entries())
        if (kind != "ecs_file") // ecs_sfc writes those; vectors_test compares them
            check_writing(reader, entry, kind);
    const auto& expected = test.at("entries");
    REQUIRE(reader.entries().size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto& entry = reader.entries()[i];
        CHECK(expected[i].at("uuid") == crypto::to_string(entry.id));
        CHECK(expected[i].at("fields") == json::from_cbor(entry.attributes));
        CHECK(expected[i].at("sha256") == crypto::to_hexadecimal(crypto::sha256::of(reader.read(entry, 1 << 20))));
    }
}

void check_ecs_key(ecs::ecs_sfc& file, const uuid& key_uuid, const json& fields, const json& entries) {
    const auto key = file.key(key_uuid);
    CHECK(fields.at("key_name") == key.name);
    CHECK(fields.at("omegasafe_version") == key.omegasafe_version);
    CHECK(fields.at("alpha_capacity") == key.alpha_capacity);
    CHECK(fields.at("alpha_next") == position_to_json(key.alpha_next));
    std::ptrdiff_t deltas = 0;
    for (const auto& delta : file.deltas(key_uuid)) {
        const auto id = crypto::to_string(delta.delta_uuid);
        const auto stored = std::ranges::find(entries, json(id), [](const json& e) { return e.at("uuid"); });
        REQUIRE(stored != entries.end());
        const auto& expected = stored->at("fields");
        CHECK(expected.at("seq_number") == delta.seq_number);
        CHECK(expected.at("start_global_position") == position_to_json(delta.positions.first));
        CHECK(expected.at("end_global_position") == position_to_json(delta.positions.last));
        CHECK(expected.at("next_global_position") == position_to_json(delta.next));
        ++deltas;
    }
    CHECK(deltas == std::ranges::count_if(entries, [&](const json& e) {
        return e.at("fields").value("key_uuid", "") == crypto::to_string(key_uuid);
    }));
}

void check_ecs_file(const json& test) {
    const auto path = golden / test.at("file").get<std::string>();
    const auto reader = open_container(path, nullptr);
    ecs::ecs_sfc file{path};
    const auto entries = test.value("entries", json::array());
    for (const auto& entry : reader->entries()) {
        const auto fields = json::from_cbor(entry.attributes);
        if (fields.at("kind") == "key")
            check_ecs_key(file, entry.id, fields, entries);
    }
    check_records(test, *reader);
}

void check_tree(const json& test) {
    const auto delta = delta_for(test);
    const auto index = decrypted(*delta, open_encrypted_file(source_of(test.at("file")), nullptr));
    const auto [tree_uuid, rows] = decode_tree_index(index.content());
    CHECK(test.at("tree_uuid") == to_string(tree_uuid));
    REQUIRE(rows.size() == test.at("rows").size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& expected = test.at("rows")[i];
        CHECK(expected.at("path") == rows[i].path);
        CHECK(expected.at("folder") == rows[i].is_folder);
        CHECK(expected.at("mode") == rows[i].attributes.mode);
        CHECK(expected.at("mtime") == rows[i].attributes.mtime_ns);
        CHECK(expected.at("length") == rows[i].attributes.size);
        if (rows[i].is_folder)
            continue;
        const auto file = open_encrypted_file(source_of("tree/" + encrypted_name(rows[i].encrypted)), nullptr);
        const auto plain = decrypted(*delta, file);
        CHECK(rows[i].proof == file_proof{file.metadata.global_position_start, plain.metadata.sha256});
        CHECK(to_bytes(plain.content()) == expected_bytes(expected.at("pattern")));
        CHECK(plain.metadata.name == rows[i].path.substr(rows[i].path.rfind('/') + 1));
    }
}

file_proof proof_of(const json& file) {
    return {
        *parse_decimal(file.at("position").get<std::string>()), crypto::sha256::of(expected_bytes(file.at("pattern")))};
}

void check_journal(const json& test) {
    const temporary_folder folder;
    fs::copy(golden / test.at("file").get<std::string>(), folder / std::string(tree_journal_name));
    const auto journal = tree_journal::open(folder.path(),
        {password_of(test.at("password")), id_of(test.at("key_uuid")), test.at("input").get<std::string>()});
    std::set<uuid> begun;
    for (const auto& each : test.at("begun"))
        begun.insert(id_of(each));
    CHECK(journal.before().begun == begun);
    if (test.contains("tree_uuid"))
        CHECK(test.at("tree_uuid") == to_string(journal.tree_uuid()));
    std::map<file_tag, journal_file> done;
    for (const auto& each : test.at("done"))
        done.emplace(journal.tag_of(each.at("path").get<std::string>(), {each.at("length"), 0600, each.at("mtime")}),
            journal_file{id_of(each.at("uuid")), proof_of(each)});
    CHECK(journal.before().done == done);
}

void check_case(const json& test) {
    const std::string kind = test.at("kind");
    const auto password = password_of(test.at("password"));
    if (kind == "sfc")
        check_container(test, sfc_reader(source_of(test.at("file")), password));
    else if (kind == "local_sfc")
        check_container(test, *open_container(golden / test.at("file").get<std::string>(), password));
    else if (kind == "exported_key")
        check_exported(test, read_exported_key(source_of(test.at("file")), password));
    else if (kind == "delta")
        check_iteration(test, *delta_of(test, test.at("file"), password));
    else if (kind == "keys")
        check_keys(test, *open_container(golden / test.at("file").get<std::string>(), password));
    else if (kind == "exported_ecs")
        check_records(test, sfc_reader(source_of(test.at("file")), password));
    else if (kind == "local_cache" || kind == "ecs_storage")
        check_records(test, *open_container(golden / test.at("file").get<std::string>(), password));
    else if (kind == "ecs_file")
        check_ecs_file(test);
    else if (kind == "tree_index")
        check_tree(test);
    else if (kind == "tree_journal")
        check_journal(test);
    else
        check_file(test);
}

void check_outcome(const json& test, std::string_view kernel) {
    INFO(test.at("file") << " with password " << test.at("password") << " under kernel " << kernel);
    const auto code = code_of([&] { check_case(test); });
    CHECK(test.at("outcome") == (code == errc::none ? "ok" : std::string(to_string(code))));
}

} // namespace

TEST_CASE("golden files have the outcome that cases.json names, under every kernel", "[golden]") {
    const auto cases = json::parse(std::ifstream(golden / "cases.json")).at("cases");
    CHECK(cases.size() >= 60);
    std::set<std::string> named{"cases.json", "README.md", "CMakeLists.txt"};
    for (const auto& test : cases)
        named.insert(test.at("file").get<std::string>());
    for (const crypto::kernel* choice : crypto::all_kernels()) {
        if (!choice->available())
            continue;
        const crypto::forced_kernel force(*choice);
        for (const auto& test : cases)
            check_outcome(test, choice->name);
    }
    const std::set<fs::path> sources{".cpp", ".hpp", ".py"};
    for (const auto& entry : fs::directory_iterator(golden)) { // a file without a case checks nothing
        INFO(entry.path());
        CHECK((entry.is_directory() || named.contains(entry.path().filename()) ||
               sources.contains(entry.path().extension())));
    }
}
