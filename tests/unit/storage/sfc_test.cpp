// What is written to a container is read back, whole or in parts, by one thread or many.
#include "crypto/random.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <chrono>
#include <rapidcheck/catch.h>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

constexpr std::size_t segment = limits::segment_bytes;

bytes container_of(const std::vector<std::pair<uuid, bytes>>& entries, const sfc_password_ptr& password) {
    memory_sink sink;
    sfc_writer writer(sink, password);
    for (const auto& [entry_id, data] : entries)
        writer.add(entry_id, bytes{entry_id.data[15]}, data);
    const auto size = writer.finish();
    auto content = sink.take();
    REQUIRE(content.size() == size);
    return content;
}

sfc_password_ptr password_or_none(bool with) {
    return with ? fast_password() : nullptr;
}

} // namespace

TEST_CASE("entries of every size come back as they were", "[sfc]") {
    const auto password = password_or_none(GENERATE(false, true));
    const auto size = GENERATE(
        as<std::size_t>{}, 0, 1, 255, segment - 1, segment, segment + 1, 2 * segment, 5 * segment + 77, 48 * segment);
    const auto data = pattern(size);
    const auto content = container_of({{id(7), data}, {id(3), pattern(10, 5)}}, password);
    const sfc_reader reader(in_memory(content), password);
    REQUIRE(reader.entries().size() == 2);
    CHECK(reader.entries()[0].id == id(3));
    CHECK(reader.header().password_protected == (password != nullptr));
    const auto* entry = reader.find(id(7));
    REQUIRE(entry != nullptr);
    CHECK(to_bytes(entry->attributes) == bytes{7});
    CHECK(to_bytes(reader.read(*entry, size)) == data);
    CHECK(to_bytes(reader.read(reader.entries()[0], 10)) == pattern(10, 5));
    CHECK(reader.find(id(8)) == nullptr);
    if (size > 0)
        CHECK(code_of([&] { reader.read(*entry, size - 1); }) == errc::container_damaged);
}

TEST_CASE("an empty container opens", "[sfc]") {
    const auto password = password_or_none(GENERATE(false, true));
    const auto content = container_of({}, password);
    CHECK(content.size() == 192 + 4 + 16);
    CHECK(sfc_reader(in_memory(content), password).entries().empty());
}

TEST_CASE("sizes are those of docs/formats.md", "[sfc]") {
    CHECK(segment_codec::stored_length(0) == 16);
    CHECK(segment_codec::stored_length(1) == 17);
    CHECK(segment_codec::stored_length(segment) == segment + 16);
    CHECK(segment_codec::stored_length(segment + 1) == segment + 33);
    CHECK(segment_codec::segment_count(0) == 1);
    CHECK(segment_codec::segment_count(2 * segment) == 2);
    CHECK(segment_codec::stored_length(segment + 1, 1, 1) == 17);
    CHECK(segment_codec::stored_length(segment + 1, 0, 1) == segment + 16);
    CHECK(segment_codec::stored_length(segment + 1, 0, 0) == 0);
    CHECK(code_of([] { segment_codec::stored_length(segment + 1, 1, 2); }) == errc::internal);
    CHECK(container_of({{id(1), {}}}, nullptr).size() == 192 + 16 + 4 + 37 + 16);
    CHECK(container_of({{id(1), {}}}, fast_password()).size() == 192 + 16 + 4 + 69 + 16);
}

TEST_CASE("any entries round trip", "[sfc]") {
    rc::prop("any entries round trip", [](bool sealed, const std::map<std::uint8_t, bytes>& model) {
        std::vector<std::pair<uuid, bytes>> entries;
        for (const auto& [number, data] : model)
            entries.insert(entries.begin(), {id(number), data});
        const auto password = password_or_none(sealed);
        const sfc_reader reader(in_memory(container_of(entries, password)), password);
        RC_ASSERT(reader.entries().size() == model.size());
        for (const auto& [number, data] : model)
            RC_ASSERT(to_bytes(reader.read(*reader.find(id(number)), data.size())) == data);
    });
}

TEST_CASE("one segment is read without the others", "[sfc]") {
    const auto password = password_or_none(GENERATE(false, true));
    const auto data = pattern(4 * segment + 100);
    auto content = container_of({{id(1), data}}, password);
    for (std::size_t i = 192; i < 192 + 3 * (segment + 16); i += 1000) // segments 0-2 are destroyed
        content[i] ^= 1;
    const sfc_reader reader(in_memory(content), password);
    const auto& entry = reader.entries()[0];
    bytes stored(segment + 16 + 116);
    reader.read_stored(entry, 3, 2, stored);
    bytes plain(segment);
    REQUIRE(reader.codec(entry)->open(3, false, crypto::const_byte_span(stored).first(segment + 16), plain));
    CHECK(plain == bytes(data.begin() + 3 * segment, data.begin() + 4 * segment));
    CHECK(code_of([&] { reader.read(entry, data.size()); }) == errc::container_damaged);
    CHECK(code_of([&] { reader.read_stored(entry, 3, 1, stored); }) == errc::internal);
    CHECK(code_of([&] { reader.read_stored(entry, 4, 2, stored); }) == errc::internal);
}

TEST_CASE("segments open only at their own place and in their own entry", "[sfc]") {
    const bool sealed = GENERATE(false, true);
    const auto password = password_or_none(sealed);
    const sfc_reader reader(
        in_memory(container_of({{id(1), bytes(3 * segment)}, {id(2), bytes(segment)}}, password)), password);
    const auto& entry = reader.entries()[0];
    bytes stored(segment + 16), plain(segment);
    reader.read_stored(entry, 1, 1, stored);
    const auto codec = reader.codec(entry);
    CHECK(codec->open(1, false, stored, plain));
    CHECK_FALSE(codec->open(0, false, stored, plain));
    CHECK_FALSE(codec->open(1, true, stored, plain));
    CHECK_FALSE(codec->open(1, false, crypto::const_byte_span(stored).first(15), plain));
    reader.read_stored(reader.entries()[1], 0, 1, stored);
    CHECK(codec->open(0, true, stored, plain) == !sealed); // plain containers detect damage, not splicing
}

TEST_CASE("a reserved entry is filled by several threads in any order", "[sfc]") {
    const auto password = password_or_none(GENERATE(false, true));
    const auto data = pattern(37 * segment + 5);
    memory_sink sink;
    sfc_writer writer(sink, password);
    const auto& entry = writer.reserve(id(1), {}, data.size());
    writer.add(id(2), {}, pattern(5));
    std::vector<std::thread> threads;
    for (std::uint64_t worker = 0; worker < 3; ++worker)
        threads.emplace_back([&, worker] {
            bytes stored(segment + 16);
            for (std::uint64_t index = 37 - worker;; index -= 3) {
                const auto part = crypto::const_byte_span(data).subspan(
                    index * segment, std::min<std::size_t>(segment, data.size() - index * segment));
                const auto out = crypto::byte_span(stored).first(part.size() + 16);
                entry.codec->seal(index, index == 37, part, out);
                writer.write_stored(entry, index, out);
                if (index < 3)
                    break;
            }
        });
    for (auto& thread : threads)
        thread.join();
    writer.finish();
    const sfc_reader reader(in_memory(sink.take()), password);
    CHECK(to_bytes(reader.read(*reader.find(id(1)), data.size())) == data);
    CHECK(to_bytes(reader.read(*reader.find(id(2)), 5)) == pattern(5));
}

TEST_CASE("a writer refuses what would make a bad container", "[sfc]") {
    memory_sink sink;
    sfc_writer writer(sink, fast_password());
    SECTION("an id twice") {
        writer.add(id(1), {}, pattern(1));
        writer.add(id(1), {}, pattern(1));
        CHECK(code_of([&] { writer.finish(); }) == errc::internal);
    }
    SECTION("a reserved entry with a hole, or written twice") {
        const auto& entry = writer.reserve(id(1), {}, 20);
        bytes stored(36);
        entry.codec->seal(0, true, pattern(20), stored);
        for (int writes = GENERATE(0, 2); writes > 0; --writes)
            writer.write_stored(entry, 0, stored);
        CHECK(code_of([&] { writer.finish(); }) == errc::internal);
    }
    SECTION("segments beyond their entry") {
        const auto& entry = writer.reserve(id(1), {}, 20);
        CHECK(code_of([&] { writer.write_stored(entry, 0, bytes(37)); }) == errc::internal);
        CHECK(code_of([&] { writer.write_stored(entry, 1, bytes(1)); }) == errc::internal);
        CHECK(code_of([&] {
            bytes out(36);
            entry.codec->seal(0, false, bytes(20), out);
        }) == errc::internal);
    }
    SECTION("attributes that are too long") {
        CHECK(code_of([&] { writer.add(id(1), bytes(limits::attributes_bytes + 1), {}); }) == errc::internal);
    }
    SECTION("entries of another container") {
        const sfc_reader other(in_memory(container_of({{id(1), pattern(9)}}, fast_password())), fast_password());
        CHECK(code_of([&] { writer.copy(other, other.entries()[0]); }) == errc::internal);
    }
    SECTION("protection that changes") {
        sfc_header plain;
        CHECK(code_of([&] { sfc_writer(sink, fast_password(), &plain); }) == errc::internal);
    }
}

TEST_CASE("entries are copied as they are, with new attributes where wanted", "[sfc]") {
    const auto password = password_or_none(GENERATE(false, true));
    const auto big = pattern(3 * segment + 1);
    const auto old = std::make_shared<const sfc_reader>(
        in_memory(container_of({{id(1), big}, {id(2), pattern(50)}}, password)), password);
    memory_sink sink;
    sfc_writer writer(sink, password, &old->header());
    writer.add(id(3), {}, pattern(70));
    writer.copy(*old, *old->find(id(2)), bytes{9, 9});
    writer.copy(*old, *old->find(id(1)));
    writer.finish();
    const sfc_reader reader(in_memory(sink.take()), password);
    CHECK(to_bytes(reader.read(*reader.find(id(1)), big.size())) == big);
    CHECK(to_bytes(reader.read(*reader.find(id(2)), 50)) == pattern(50));
    CHECK(to_bytes(reader.read(*reader.find(id(3)), 70)) == pattern(70));
    CHECK(to_bytes(reader.find(id(1))->attributes) == bytes{1});
    CHECK(to_bytes(reader.find(id(2))->attributes) == bytes{9, 9});
    CHECK(reader.header().container_id == old->header().container_id);
    CHECK(reader.header().directory_salt != old->header().directory_salt);
}

TEST_CASE("passwords are told from damage", "[sfc]") {
    const auto content = container_of({{id(1), pattern(9)}}, fast_password());
    const auto wrong = std::make_shared<sfc_password>(crypto::generate_password().text());
    CHECK(code_of([&] { sfc_reader(in_memory(content), wrong); }) == errc::password_wrong);
    CHECK(code_of([&] { sfc_reader(in_memory(content), nullptr); }) == errc::password_missing);
    const auto plain = container_of({{id(1), pattern(9)}}, nullptr);
    CHECK(sfc_reader(in_memory(plain), wrong).entries().size() == 1);
}

TEST_CASE("a chosen password is stretched by scrypt, a generated one is not", "[sfc]") {
    const auto chosen = std::make_shared<sfc_password>("correct horse battery staple");
    const auto content = container_of({{id(1), pattern(9)}}, chosen);
    CHECK(read_sfc_header(*in_memory(content)).root.kdf == password_kdf::scrypt);
    CHECK(read_sfc_header(*in_memory(container_of({}, fast_password()))).root.kdf == password_kdf::hkdf);
    const auto again = std::make_shared<sfc_password>("correct horse battery staple");
    CHECK(to_bytes(sfc_reader(in_memory(content), again).read(sfc_reader(in_memory(content), again).entries()[0], 9)) ==
          pattern(9));
    CHECK(again->root_key(chosen->for_new_container()) == again->root_key(chosen->for_new_container()));
    CHECK(code_of([&] { again->root_key({}); }) == errc::internal);
}

TEST_CASE("10,000 entries open and are found quickly", "[sfc]") {
    memory_sink sink;
    sfc_writer writer(sink, fast_password());
    std::vector<uuid> ids;
    for (int i = 0; i < 10'000; ++i) {
        ids.push_back(crypto::random_uuid());
        writer.add(ids.back(), pattern(100), pattern(200));
    }
    writer.finish();
    const auto source = in_memory(sink.take());
    const auto before = std::chrono::steady_clock::now();
    const sfc_reader reader(source, fast_password(), sfc_layout::growing);
    for (const auto& wanted : ids)
        REQUIRE(reader.find(wanted) != nullptr);
    // Generous: sanitizer builds on a busy machine pass too.
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
    CHECK(to_bytes(reader.read(*reader.find(ids[777]), 200)) == pattern(200));
}
