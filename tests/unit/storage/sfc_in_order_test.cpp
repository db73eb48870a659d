// A container whose sink takes bytes in their order only: the header comes first.
#include "storage_support.hpp"
#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

/// Fails the test when a byte comes out of order.
class one_way_sink final : public byte_sink {
public:
    void write_at(std::uint64_t offset, const_byte_span data) override {
        REQUIRE(offset == content.size());
        content.insert(content.end(), data.begin(), data.end());
    }
    bytes content;
};

} // namespace

TEST_CASE("a container is written from its beginning to its end when its header comes first", "[sfc]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const auto size = GENERATE(as<std::size_t>{}, 0, 1, limits::segment_bytes, 3 * limits::segment_bytes + 5);
    one_way_sink sink;
    sfc_writer writer(sink, password);
    const auto& first = writer.reserve(id(9), bytes{1, 2}, 7);
    const auto& second = writer.reserve(id(3), {}, size);
    writer.write_header();
    writer.fill(first, pattern(7));
    writer.fill(second, pattern(size));
    const auto written = writer.finish();
    CHECK(written == sink.content.size());

    const sfc_reader reader(in_memory(sink.content), password);
    REQUIRE(reader.entries().size() == 2);
    CHECK(to_bytes(reader.read(*reader.find(id(9)), 7)) == pattern(7));
    CHECK(to_bytes(reader.find(id(9))->attributes) == bytes{1, 2});
    CHECK(to_bytes(reader.read(*reader.find(id(3)), size)) == pattern(size));
}

TEST_CASE("a header that stands holds its writer to what it says", "[sfc]") {
    memory_sink sink;
    sfc_writer writer(sink, fast_password());
    const auto& entry = writer.reserve(id(1), {}, 20);
    SECTION("no entry comes afterwards") {
        writer.write_header();
        CHECK(code_of([&] { writer.add(id(2), {}, pattern(1)); }) == errc::internal);
    }
    SECTION("it is written once") {
        writer.write_header();
        CHECK(code_of([&] { writer.write_header(); }) == errc::internal);
    }
    SECTION("an entry is filled with its own length, once") {
        writer.write_header();
        CHECK(code_of([&] { writer.fill(entry, pattern(19)); }) == errc::internal);
        CHECK(code_of([&] { writer.finish(); }) == errc::internal);
        writer.fill(entry, pattern(20));
        writer.fill(entry, pattern(20));
        CHECK(code_of([&] { writer.finish(); }) == errc::internal);
    }
}
