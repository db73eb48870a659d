// Attackers who write, against the built program and its formats. Each test also shows that the forgery is as good as
// it can be: with the tag that only the Delta's holder can make it would pass.
#include "storage/container/container_file.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/records/encrypted_file.hpp"
#include "tests/security/deduction.hpp"
#include "tests/security/experiments.hpp"
#include "tests/support/config_root.hpp"
#include "tests/unit/storage/test_keys.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <numeric>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t metadata_bytes = 1'024, at_version = 4, at_digest = 16, at_tag = 48, at_name = 80;
constexpr std::string_view order = "PAY 1000 TO MALLORY";
constexpr const char* layer_variable = "OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS";

bytes content_of(const fs::path& path) {
    return read_file(path, 16 << 20);
}

void write_file(const fs::path& path, const_byte_span content) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

/// What anybody can make of names and cipher text: a container without a password.
bytes packed(const encryption_metadata& names, const_byte_span data) {
    memory_sink sink;
    sfc_writer writer(sink, nullptr);
    writer.add(encryption_metadata_uuid, {}, crypto::as_bytes(to_json(names)));
    writer.add(encrypted_data_uuid, {}, data);
    writer.finish();
    return sink.take();
}

/// A plain encrypted file taken apart, as anybody can.
struct opened {
    explicit opened(const bytes& container)
        : file(open_encrypted_file(std::make_shared<memory_source>(container, "file"), nullptr)) {
        const auto read = file.container->read(file.data, 16 << 20);
        data.assign(read.span().begin(), read.span().end());
    }
    encrypted_file_info file;
    bytes data;
};

/// A device with a key, and the Delta that an attacker does not have.
class device : public config_root {
public:
    device() : key(initialise_with_key()) {}

    fs::path encrypted(const fs::path& file, const std::string& name) const {
        REQUIRE(
            run({"encrypt", "-i", file.string(), "-k", key, "-f", name, "-o", folder().path().string()}).exit_code ==
            0);
        return folder() / name;
    }

    /// Exit code of both commands, which must agree; nothing may be written by either when it is not 0.
    int outcome(const bytes& forged) const {
        const auto file = folder() / "forged.omegasafe", out = folder() / "out";
        write_file(file, forged);
        fs::remove_all(out);
        fs::create_directory(out);
        const auto verified = run({"verify", "-i", file.string()});
        const auto decrypted = run({"decrypt", "-i", file.string(), "-o", out.string()});
        INFO(verified.describe() << decrypted.describe());
        CHECK(verified.exit_code == decrypted.exit_code);
        CHECK(fs::is_empty(out) == (decrypted.exit_code != 0));
        return decrypted.exit_code;
    }

    key_iteration_ptr delta() const {
        const auto keys = open_container(
            path() / "omegasafe_keys.sfc", std::make_shared<sfc_password>(options.env.at("OMEGASAFE_CONFIG_PASSWORD")));
        for (const auto& entry : keys->entries())
            if (const auto of = decode_iteration_key(entry.attributes); of && of->seq_number == 1)
                return decode_stored(keys->read(entry, max_payload_bytes));
        throw std::runtime_error("there is no Delta");
    }

    std::string key;
};

/// The same cipher by other maps: a bijection of the hidden values between each two chains. Known plaintext tells
/// nobody, however much of it there is, which of these keys is the true one.
key_iteration relabelled(const key_iteration& of, generator& random) {
    const auto& geometry = of.info.geometry;
    secure_bytes maps{of.cipher->key().bytes()};
    std::vector<std::uint8_t> before(256), after(256);
    std::iota(before.begin(), before.end(), std::uint8_t{0}); // what the nucleus takes are plain bytes
    std::size_t at = 0;
    for (std::uint32_t chain = 0; chain <= geometry.rotors; ++chain) {
        std::iota(after.begin(), after.end(), std::uint8_t{0});
        for (std::size_t last = 255; chain < geometry.rotors && last > 0; --last) // what the last rotor gives is sent
            std::swap(after[last], after[below(random, last + 1)]);
        const auto count = chain == 0 ? geometry.nucleus_maps() : geometry.rotor_maps();
        for (std::uint32_t i = 0; i < count; ++i, at += 256) {
            const auto* old = of.cipher->key().bytes().data() + at;
            for (std::size_t x = 0; x < 256; ++x)
                maps.data()[at + before[x]] = after[old[x]];
        }
        before = after;
    }
    return {of.info, std::make_shared<const crypto::cipher>(
                         std::make_shared<const crypto::key_material>(geometry, std::move(maps)))};
}

/// FileMetadata and `content` as the owner of a Delta would write them for a place.
bytes whole(const key_iteration& delta, const encryption_metadata& names, const bytes& content, bool with_version_1) {
    const auto metadata = encode({"order.txt", content.size(), crypto::sha256::of(content)},
        {delta, names.global_position_start, metadata_bytes + content.size()});
    bytes out(metadata.span().begin(), metadata.span().end());
    if (with_version_1) { // as files were before there was a tag: the name at its place
        out[at_version] = 1;
        std::copy_n(out.begin() + at_name, 9, out.begin() + at_tag);
    }
    out.insert(out.end(), content.begin(), content.end());
    return out;
}

} // namespace

TEST_CASE("who knows a whole file writes other content and its SHA-256, and is refused") {
    device owner;
    const auto known = owner.make_file("known", 2'400'000);
    const auto plain_file = owner.encrypted(known, "known.omegasafe");
    owner.options.env[layer_variable] = "a layer 4 everything";
    const auto sealed = owner.encrypted(owner.make_file("secret", 500), "sealed.omegasafe");
    REQUIRE(owner.outcome(content_of(sealed)) == 0);

    // The attacker has the known file, its encrypted form and nothing else.
    const opened whole_file(content_of(plain_file));
    auto plain = content_of(known);
    bytes knowledge(metadata_bytes + plain.size(), 1);
    std::fill(knowledge.begin() + at_tag, knowledge.begin() + at_name, 0); // the tag, and the filling behind the name
    std::fill(knowledge.begin() + at_name + 5, knowledge.begin() + metadata_bytes, 0);
    auto known_plain = bytes(metadata_bytes);
    std::ranges::copy(std::string_view{"OSFM\2\0\5\0", 8}, known_plain.begin());
    for (unsigned i = 0; i < 8; ++i)
        known_plain[8 + i] = static_cast<std::uint8_t>(plain.size() >> (8 * i));
    std::ranges::copy(crypto::sha256::of(plain), known_plain.begin() + at_digest);
    std::ranges::copy(std::string_view{"known"}, known_plain.begin() + at_name);
    known_plain.insert(known_plain.end(), plain.begin(), plain.end());
    REQUIRE(whole_file.file.metadata.global_position_start == 0);
    const deduction learned(
        small_geometry, const_byte_span(whole_file.data).first(known_plain.size()), known_plain, knowledge);

    auto forged = whole_file.data;
    const auto put = [&](std::size_t at, std::uint8_t x) {
        const auto c = learned.write(at, x);
        if (c)
            forged[at] = *c;
        return c.has_value();
    };
    const auto put_all = [&](std::size_t at, const auto& text) {
        return std::ranges::all_of(text, [&](auto x) { return put(at++, static_cast<std::uint8_t>(x)); });
    };
    std::size_t at = 100;
    while (!put_all(metadata_bytes + at, order))
        REQUIRE(++at < 100'000);
    auto content = content_of(known);
    for (std::size_t i = 0; i < at; ++i) // what failed attempts left
        forged[metadata_bytes + i] = whole_file.data[metadata_bytes + i];
    std::ranges::copy(order, content.begin() + static_cast<std::ptrdiff_t>(at));
    unsigned tries = 0;
    while (!put_all(at_digest, crypto::sha256::of(content))) { // another variant, until its digest can be written
        REQUIRE(++tries < 10'000);
        const auto place = 200'000 + tries;
        const auto other = static_cast<std::uint8_t>(content[place] ^ 1);
        if (put(metadata_bytes + place, other))
            content[place] = other;
    }
    CHECK(owner.outcome(packed(whole_file.file.metadata, forged)) == 42);

    // It is the tag alone that is missing.
    const auto delta = owner.delta();
    auto decrypted = forged;
    delta->cipher->decrypt(0, decrypted, decrypted);
    const auto found = const_byte_span(decrypted).subspan(metadata_bytes, content.size());
    CHECK(std::ranges::equal(found, content));
    const auto digest = crypto::sha256::of(content);
    CHECK(std::equal(digest.begin(), digest.end(), decrypted.begin() + at_digest));
    auto right = encode({"known", content.size(), digest}, {*delta, 0, forged.size()});
    delta->cipher->encrypt(0, right, right.span());
    std::ranges::copy(right.span(), forged.begin());
    CHECK(owner.outcome(packed(whole_file.file.metadata, forged)) == 0); // whoever has the Delta can forge
}

TEST_CASE("the tail of a file is refused as another file") {
    device owner;
    const auto delta = owner.delta();
    const auto content = bytes(300, 'x');
    // The attacker has a file encrypted whose content is a FileMetadata and what it describes.
    const auto tail_of = [&](const bytes& inner, const std::string& name) {
        write_file(owner.folder() / name, inner);
        const opened outer(content_of(owner.encrypted(owner.folder() / name, name + ".omegasafe")));
        auto names = outer.file.metadata;
        names.global_position_start += metadata_bytes;
        return packed(names, const_byte_span(outer.data).subspan(metadata_bytes));
    };
    const encryption_metadata anywhere{delta->info.key_uuid, 123};
    generator random(1);
    const auto other = relabelled(*delta, random);
    CHECK(owner.outcome(tail_of(whole(other, anywhere, content, true), "without-tag")) == 42);
    CHECK(owner.outcome(tail_of(whole(other, anywhere, content, false), "own-tag")) == 42);
    CHECK(owner.outcome(tail_of(whole(*delta, anywhere, content, false), "tag-of-another-place")) == 42);
}

TEST_CASE("who knows every byte of a Delta's files still lacks the key of its tags") {
    generator random(1);
    const auto& delta = test_delta();
    const auto equal = relabelled(delta, random);
    REQUIRE_FALSE(std::ranges::equal(equal.cipher->key().bytes(), delta.cipher->key().bytes()));
    // Nothing that was ever encrypted tells the two apart: all turns of the nucleus, of rotor 1 and of rotor 2.
    const auto text = compressed_data(1'000'000, random);
    for (const std::uint64_t first :
        {std::uint64_t{0}, std::uint64_t{30'000'000}, small_geometry.capacity() - 1'000'000}) {
        bytes one(text.size()), two(text.size());
        delta.cipher->encrypt(first, text, one);
        equal.cipher->encrypt(first, text, two);
        REQUIRE(one == two);
    }
    const encryption_metadata names{delta.info.key_uuid, delta.info.first_position() + 5'000};
    const auto forged_by = [&](const key_iteration& attacker) {
        const auto made = encrypt_in_memory(attacker, 5'000, names, "order.txt", crypto::as_bytes(order), 0, nullptr);
        try {
            decrypt_in_memory(
                delta, 5'000, open_encrypted_file(std::make_shared<memory_source>(made, "forged"), nullptr));
            return errc::none;
        } catch (const failure& refused) {
            return refused.code();
        }
    };
    CHECK(forged_by(equal) == errc::integrity_failed);
    const key_iteration with_the_key{equal.info, equal.cipher, secure_bytes{delta.tag_key.span()}};
    CHECK(forged_by(with_the_key) == errc::none);
}
