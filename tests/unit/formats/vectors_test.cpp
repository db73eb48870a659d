// The test vectors of docs/formats.md, section 15: the program makes the same numbers. tests/golden/vectors.py computes
// them again from the page alone.
#include "crypto/kernels/dispatch.hpp"
#include "crypto/text_encoding.hpp"
#include "ecs/ecs_entry_file.hpp"
#include "ecs/ecs_sfc.hpp"
#include "storage/container/attributes.hpp"
#include "storage/container/sfc_directory.hpp"
#include "storage/container/sfc_header.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/exported_key.hpp"
#include "storage/tree/tree_index.hpp"
#include "storage/tree/tree_journal.hpp"
#include "tests/unit/storage/storage_support.hpp"
#include <catch2/catch.hpp>
#include <map>
#include <sstream>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;
using nlohmann::json;

namespace {

const fs::path source_folder = OMEGASAFE_SOURCE_DIR;
constexpr crypto::key_geometry geometry{100'000, 100'000, 2};

bytes from_hex(const std::string& text) {
    bytes out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
    return out;
}

template <class Bytes>
std::string hex(const Bytes& data) {
    return crypto::to_hexadecimal(data);
}

/// The values of one block of the page.
class block {
public:
    const std::string& text(const std::string& name) const {
        INFO("value " << name);
        REQUIRE(values_.contains(name));
        return values_.at(name);
    }
    bytes data(const std::string& name) const { return from_hex(text(name)); }
    std::uint64_t number(const std::string& name) const { return std::stoull(text(name)); }
    uuid id(const std::string& name) const { return *crypto::parse_uuid(text(name)); }
    const std::map<std::string, std::string>& all() const { return values_; }

    /// A value goes on in lines that begin with blanks.
    void add(const std::string& line) {
        if (line.starts_with(' ')) {
            values_.at(last_) += line.substr(4);
            return;
        }
        const auto sign = line.find(" =");
        last_ = line.substr(0, sign);
        values_[last_] = line.substr(std::min(line.size(), sign + 3));
    }

private:
    std::map<std::string, std::string> values_;
    std::string last_;
};

std::map<std::string, block> read_page() {
    const std::string fence = "```";
    std::map<std::string, block> blocks;
    std::ifstream page(source_folder / "docs" / "formats.md");
    block* open = nullptr;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with(fence + "vector "))
            open = &blocks[line.substr(10)];
        else if (line == fence)
            open = nullptr;
        else if (open != nullptr)
            open->add(line);
    }
    return blocks;
}

const block& vector(std::string_view name) {
    static const auto blocks = read_page();
    const std::string block_name{name};
    INFO("block " << block_name);
    REQUIRE(blocks.contains(block_name));
    return blocks.at(block_name);
}

sfc_password_ptr page_password(const std::string& block_name) {
    return std::make_shared<sfc_password>(vector(block_name).text("password"));
}

std::shared_ptr<const byte_source> golden(const std::string& name) {
    return std::make_shared<file_source>(source_folder / "tests" / "golden" / name);
}

/// The maps by the formula of the page.
key_iteration_ptr page_key(std::uint64_t seq) {
    const auto& key = vector("key");
    secure_bytes maps(geometry.material_bytes());
    for (std::size_t at = 0; at < maps.size(); ++at) {
        const auto i = at / 256, x = at % 256;
        maps.data()[at] = static_cast<std::uint8_t>((2 * i + 1) * x + 7 * i + i / 128 + 11 * seq);
    }
    const iteration_info info{key.id("key_uuid"), key.id(seq == 0 ? "alpha_uuid" : "delta_uuid"), seq,
        key.text("key_name"), key.text("omegasafe_version"), geometry};
    auto material = std::make_shared<const crypto::key_material>(geometry, std::move(maps));
    return std::make_shared<const key_iteration>(
        key_iteration{info, std::make_shared<const crypto::cipher>(std::move(material))});
}

/// A container of 15.2 as the page says, and as its file says.
void check_container(const std::string& name, const std::string& file, const sfc_password_ptr& password) {
    const auto& page = vector(name);
    const auto stored = page.data("stored");
    auto content = page.data("header");
    for (const auto& part : {stored, page.data("directory_stored")})
        content.insert(content.end(), part.begin(), part.end());
    CHECK(content == file_bytes(source_folder / "tests" / "golden" / file));
    CHECK(content.size() == page.number("size"));
    const sfc_reader reader(in_memory(content), password);
    REQUIRE(reader.entries().size() == 1);
    const auto& entry = reader.entries().front();
    CHECK(crypto::to_string(entry.id) == page.text("entry_uuid"));
    CHECK(hex(entry.attributes) == page.text("attributes"));
    CHECK(reader.read(entry, 100).text() == page.text("plain"));
    CHECK(hex(encode_sfc_header(reader.header())) == page.text("header"));
    bytes sealed(stored.size());
    reader.codec(entry)->seal(0, true, crypto::as_bytes(page.text("plain")), sealed);
    CHECK(sealed == stored);
    CHECK(hex(encode_sfc_directory(reader.entries())) == page.text("directory"));
    if (password)
        CHECK(hex(entry.key) == page.text("entry_key"));
}

u128 position_in(const json& value) {
    return value.is_string() ? *crypto::parse_decimal(value.get<std::string>()) : u128{value.get<std::uint64_t>()};
}

position_range range_in(const json& record) {
    return {position_in(record.at("start_global_position")), position_in(record.at("end_global_position"))};
}

/// The records of an SFC ECS, as it comes to them by the page's values: a key, and its third Delta.
void check_ecs_file(const block& page) {
    const auto key = json::parse(page.text("key")), delta = json::parse(page.text("delta"));
    const auto key_uuid = *crypto::parse_uuid(delta.at("key_uuid").get<std::string>());
    const auto ecs_uuid = id(1), delta_uuid = vector("key").id("delta_uuid");
    const temporary_folder folder;
    ecs::ecs_sfc::create(folder / "ecs.sfc", ecs_uuid);
    ecs::ecs_sfc file{folder / "ecs.sfc"};
    const std::uint64_t capacity = key.at("alpha_capacity");
    file.register_key({key_uuid, key.at("key_name"), key.at("omegasafe_version"), capacity, 0});
    file.claim_alpha({key_uuid, key.at("alpha_next").get<std::uint64_t>()});
    for (std::uint64_t seq = 1; seq < delta.at("seq_number"); ++seq) {
        const position_range before{u128{seq - 1} * capacity, u128{seq} * capacity - 1};
        file.upload(key_uuid, {id(static_cast<std::uint8_t>(seq + 1)), seq, before, before.first}, bytes{1});
    }
    const auto range = range_in(delta);
    file.upload(key_uuid, {delta_uuid, delta.at("seq_number"), range, range.first}, bytes{1});
    const auto used = position_in(delta.at("next_global_position")) - range.first;
    file.claim_delta({key_uuid, delta_uuid, static_cast<std::uint64_t>(used)});
    const auto reader = open_container(folder / "ecs.sfc", nullptr);
    CHECK(hex(reader->find(ecs_uuid)->attributes) == page.text("ecs_cbor"));
    CHECK(hex(reader->find(key_uuid)->attributes) == page.text("key_cbor"));
    CHECK(hex(reader->find(delta_uuid)->attributes) == page.text("delta_cbor"));
}

/// The cache entry of the page, which has one claim.
cache_entry cache_entry_in(const json& record) {
    const auto uuid_in = [&](const char* field) { return *crypto::parse_uuid(record.at(field).get<std::string>()); };
    const auto& claim = record.at("claims").at(0);
    return {uuid_in("key_uuid"), uuid_in("key_iteration_uuid"), record.at("seq_number"), uuid_in("ecs_uuid"),
        position_in(record.at("next_key_global_position")),
        {{cache_reason::performance, range_in(claim), position_in(claim.at("next_global_position"))}}};
}

file_proof proof_on(const block& page) {
    file_proof proof{*parse_decimal(page.text("position")), {}};
    std::ranges::copy(page.data("sha256"), proof.sha256.begin());
    return proof;
}

} // namespace

TEST_CASE("vectors: keys from passwords", "[vectors]") {
    const auto& generated = vector("generated-password");
    CHECK(crypto::is_generated_password(generated.text("password")));
    CHECK(generated.text("password") == vector("keys-hkdf").text("password"));
    const auto& by_hkdf = vector("keys-hkdf");
    const auto root = crypto::hkdf_sha256(
        crypto::as_bytes(by_hkdf.text("password")), by_hkdf.data("kdf_salt"), "omegasafe sfc v1 root");
    CHECK(hex(root.span()) == by_hkdf.text("root_key"));
    sfc_header header;
    std::ranges::copy(by_hkdf.data("kdf_salt"), header.root.salt.begin());
    std::ranges::copy(by_hkdf.data("directory_salt"), header.directory_salt.begin());
    CHECK(hex(sfc_password_check(root, header)) == by_hkdf.text("password_check"));
    CHECK(hex(sfc_directory_key(root, header).span()) == by_hkdf.text("directory_key"));
    const auto& by_scrypt = vector("keys-scrypt");
    const crypto::scrypt_cost cost{static_cast<std::uint8_t>(by_scrypt.number("log2_n")),
        static_cast<std::uint8_t>(by_scrypt.number("r")), static_cast<std::uint8_t>(by_scrypt.number("p"))};
    CHECK(cost == crypto::scrypt_cost{});
    const auto stretched =
        crypto::scrypt(crypto::as_bytes(by_scrypt.text("password")), by_scrypt.data("kdf_salt"), cost);
    CHECK(hex(stretched.span()) == by_scrypt.text("root_key"));
    CHECK(hex(sfc_password_check(stretched, header)) == by_scrypt.text("password_check"));
}

TEST_CASE("vectors: containers, segments and digests", "[vectors]") {
    check_container("container-sealed", "vector_sealed.sfc", page_password("keys-hkdf"));
    check_container("container-plain", "vector_plain.sfc", nullptr);
    const auto& two = vector("two-segments");
    const auto& sealed = vector("container-sealed");
    const auto plain = pattern(two.number("length"));
    const auto stored = [&](const segment_codec& codec, bool last) {
        const auto part = last ? const_byte_span(plain).subspan(limits::segment_bytes)
                               : const_byte_span(plain).first(limits::segment_bytes);
        bytes out(part.size() + segment_codec::overhead);
        codec.seal(last ? 1 : 0, last, part, out);
        return out;
    };
    const auto tag = [](const bytes& segment) { return hex(const_byte_span(segment).last(segment_codec::overhead)); };
    const segment_codec with_key(secure_bytes(sealed.data("entry_key")), sealed.data("associated_data"));
    CHECK(tag(stored(with_key, false)) == two.text("tag_0"));
    CHECK(hex(stored(with_key, true)) == two.text("stored_1"));
    const segment_codec without_key({}, {});
    CHECK(tag(stored(without_key, false)) == two.text("digest_0"));
    CHECK(tag(stored(without_key, true)) == two.text("digest_1"));
    const auto& growing = vector("growing-directory");
    sfc_header header;
    header.layout = sfc_layout::growing;
    std::ranges::copy(growing.data("directory_salt"), header.directory_salt.begin());
    const auto directory = vector("container-plain").data("directory");
    bytes out(directory.size() + segment_codec::overhead);
    sfc_directory_codec(nullptr, header).seal(0, true, directory, out);
    CHECK(tag(out) == growing.text("digest"));
}

TEST_CASE("vectors: a key, and bytes on their way through it, under every kernel", "[vectors]") {
    const auto& page = vector("key");
    const auto alpha = page_key(0), delta = page_key(3);
    CHECK(hex(encode(alpha->info)) == page.text("alpha_description"));
    CHECK(hex(encode(delta->info)) == page.text("delta_description"));
    CHECK(geometry.capacity() == page.number("capacity"));
    const auto digest = [](const_byte_span data) { return hex(crypto::sha256::of(data)); };
    CHECK(digest(alpha->cipher->key().bytes()) == page.text("alpha_maps_sha256"));
    CHECK(digest(delta->cipher->key().bytes()) == page.text("delta_maps_sha256"));
    CHECK(hex(alpha->tag_key) == page.text("alpha_tag_key"));
    CHECK(hex(delta->tag_key) == page.text("delta_tag_key"));
    CHECK(digest(encode_payload(delta->info, delta->cipher->key())) == page.text("delta_payload_sha256"));
    CHECK(read_exported_key(golden("vector_alpha.omegakey"), nullptr).alpha->info == alpha->info);
    for (const crypto::kernel* choice : crypto::all_kernels()) {
        if (!choice->available())
            continue;
        const crypto::forced_kernel force(*choice);
        for (const auto& [position, steps] : vector("cipher").all()) {
            INFO(position << " under kernel " << choice->name);
            auto byte = from_hex(steps.substr(0, 2));
            delta->cipher->encrypt(std::stoull(position), byte, byte);
            CHECK(hex(byte) == steps.substr(steps.size() - 2));
            delta->cipher->decrypt(std::stoull(position), byte, byte);
            CHECK(hex(byte) == steps.substr(0, 2));
        }
    }
}

TEST_CASE("vectors: encrypted files and a Delta", "[vectors]") {
    const auto& page = vector("file");
    const auto alpha = page_key(0), delta = page_key(3);
    for (const auto& [name, layer] : {std::pair<std::string, sfc_password_ptr>{"vector_file.omegasafe", nullptr},
             {"vector_file_layer.omegasafe", page_password("keys-scrypt")}}) {
        const auto file = open_encrypted_file(golden(name), layer);
        CHECK(to_json(file.metadata) == page.text("encryption_metadata"));
        CHECK(file.metadata.global_position_start - delta->info.first_position() == page.number("start"));
        const auto data = file.container->read(file.data, 1 << 20);
        CHECK(data.size() == page.number("encrypted_size"));
        CHECK(hex(crypto::sha256::of(data)) == page.text("encrypted_sha256"));
        CHECK(hex(data.span().first(64)) == page.text("encrypted_start"));
        const auto plain = decrypt_whole(*delta, page.number("start"), file, 1 << 20);
        CHECK(hex(plain.encoded.span().first(96)) == page.text("metadata_start"));
        CHECK(hex(plain.encoded.span().subspan(48, 32)) == page.text("tag"));
        CHECK(to_bytes(plain.content()) == pattern(page.number("length")));
        CHECK(plain.metadata.name == page.text("name"));
        auto again = to_bytes(plain.encoded);
        const auto made = encode(plain.metadata, {*delta, file.metadata.global_position_start, file.data.length});
        CHECK(std::ranges::equal(made.span().first(48), const_byte_span(again).first(48)));
        CHECK(std::ranges::equal(made.span().subspan(80, plain.metadata.name.size()), // the rest is random
            const_byte_span(again).subspan(80, plain.metadata.name.size())));
        delta->cipher->encrypt(page.number("start"), again, again);
        CHECK(hex(crypto::sha256::of(again)) == page.text("encrypted_sha256"));
    }
    const auto& sealed = vector("delta");
    const auto container = file_bytes(source_folder / "tests" / "golden" / "vector_pending_delta.sfc");
    CHECK(hex(crypto::sha256::of(container)) == sealed.text("file_sha256"));
    CHECK(delta_positions(delta->info) == sealed.number("encrypted_size"));
    const auto opened = open_delta(*alpha, container, page_password("keys-hkdf"));
    CHECK(opened->info == delta->info);
    CHECK(std::ranges::equal(opened->cipher->key().bytes(), delta->cipher->key().bytes()));
}

TEST_CASE("vectors: records", "[vectors]") {
    const auto& page = vector("attributes");
    std::size_t checked = 0;
    for (const auto& [name, text] : page.all())
        if (!name.ends_with("_cbor")) {
            CHECK(json::from_cbor(page.data(name + "_cbor")) == json::parse(text));
            ++checked;
        }
    CHECK(checked == 6); // by what writes them:
    check_ecs_file(page);
    const auto cache = cache_entry_in(json::parse(page.text("cache")));
    CHECK(hex(encode(cache)) == page.text("cache_cbor"));
    CHECK(decode_cache_entry(page.data("cache_cbor")) == cache);
    const auto sfc = json::parse(page.text("sfc_ecs")), http = json::parse(page.text("http_ecs"));
    const ecs_entry in_a_file{id(1), sfc.at("ecs_name"), ecs_type::sfc, sfc.at("path")};
    CHECK(hex(ecs::to_stored(in_a_file).attributes) == page.text("sfc_ecs_cbor"));
    const auto api_key = std::make_shared<const secure_bytes>(std::string_view{"an API key"});
    const ecs_entry at_a_server{id(1), http.at("ecs_name"), ecs_type::http, {}, http.at("url"), api_key};
    CHECK(hex(ecs::to_stored(at_a_server).attributes) == page.text("http_ecs_cbor"));
}

TEST_CASE("vectors: index and journal of a tree", "[vectors]") {
    const auto& index = vector("tree-index");
    const auto mode = [&](const char* name) { return static_cast<unsigned>(std::stoul(index.text(name), nullptr, 8)); };
    const tree_index made{index.id("tree_uuid"),
        {{.path = "a", .is_folder = true, .attributes = {0, mode("a_mode"), std::stoll(index.text("a_mtime"))}},
            {.path = "a/b",
                .is_folder = false,
                .attributes = {index.number("b_length"), mode("b_mode"), std::stoll(index.text("b_mtime"))},
                .encrypted = index.id("b_uuid"),
                .proof = proof_on(index)}}};
    CHECK(hex(encode_tree_index(made)) == index.text("index"));
    const auto& page = vector("journal");
    const auto root = secure_bytes(vector("keys-hkdf").data("root_key"));
    const auto key = crypto::hkdf_sha256(root, {}, "omegasafe tree journal v2");
    CHECK(hex(key.span()) == page.text("key"));
    const auto tag_bytes = page.data("tag");
    file_tag tag{};
    std::ranges::copy(tag_bytes, tag.begin());
    CHECK(hex(encode_journal_record(key, 0, {page.id("uuid"), {}}, nullptr)) == page.text("record_0"));
    const journal_file file{page.id("uuid"), proof_on(page)};
    CHECK(hex(encode_journal_record(key, 1, file, &tag)) == page.text("record_1"));
    const temporary_folder folder; // the header, and what makes tags
    fs::copy(source_folder / "tests" / "golden" / "vector_journal", folder / std::string(tree_journal_name));
    CHECK(hex(const_byte_span(file_bytes(folder / std::string(tree_journal_name))).first(journal_header_bytes)) ==
          page.text("header"));
    const auto opened = tree_journal::open(
        folder.path(), {page_password("keys-hkdf"), vector("key").id("key_uuid"), page.text("input")});
    CHECK(opened.tag_of(page.text("path"), {page.number("length"), 0600, std::stoll(page.text("mtime"))}) == tag);
    CHECK(opened.before().done == std::map<file_tag, journal_file>{{tag, file}});
    CHECK(opened.tree_uuid() == page.id("tree_uuid"));
}
